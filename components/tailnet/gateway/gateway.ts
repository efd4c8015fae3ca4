// The gateway: two pods through which machines of the tailnet reach the databases, and nothing else of the cluster.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import type { Placement } from "../../mastodon/args.ts";
import { createAccount, createNamespace, createPolicies } from "../../mastodon/kubernetes/objects.ts";
import { childOf, named, type Scope } from "../../mastodon/kubernetes/scope.ts";
import { createMachineBudget, grantSecrets } from "../machine-objects.ts";
import { tags } from "../targets.ts";
import {
  credentialName,
  gatewayHostname,
  gatewayLabels,
  gatewayNamespace,
  gatewayPods,
  gatewayRole,
  podLabels,
  serveName,
} from "./names.ts";
import { credentialFile, gatewayDeployment } from "./pods.ts";
import { gatewayPolicies, stateKeepingPolicy } from "./policies.ts";
import { type Forward, serveConfig, serveFile, toPushgateway } from "./serve.ts";
import type { GatewaySettings } from "./settings.ts";

export interface GatewayArgs {
  readonly settings: Pick<GatewaySettings, "image" | "resources">;
  /** Prefix of names on the tailnet. */
  readonly prefix: string;
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  readonly placement: Placement;
  /** The tailnet's policy: a tag exists only once it is in force. */
  readonly policy: pulumi.Resource;
  /** Network of the databases. */
  readonly vpc: string;
  /** To the databases. */
  readonly forwards: readonly { readonly [Field in keyof Forward]: pulumi.Input<Forward[Field]> }[];
  /** Whether it also leads to where backups leave their metrics. */
  readonly backupMetrics: boolean;
}

export class Gateway extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:tailnet:Gateway", name, {}, opts);
    const at = { parent: this, provider: args.provider };
    const scope: Scope = { ...at, name, namespace: createNamespace({ ...at, name }, gatewayNamespace) };
    const before = [
      ...createFlows(scope, args),
      createCredential(scope, createClient(scope, args.policy)),
      createServe(scope, [...args.forwards, ...(args.backupMetrics ? [toPushgateway] : [])]),
      createMachineBudget(scope, gatewayRole, gatewayLabels),
    ];
    let first: pulumi.Resource[] = [];
    for (const pod of gatewayPods) {
      // One after the other: while one is made anew, the other passes on.
      const made = createPod(scope, args, pod, [...before, ...createIdentity(scope, pod), ...first]);
      first = [made];
    }
    this.registerOutputs();
  }
}

/** May make keys for machines with the gateway's tag, and nothing else. */
function createClient({ name, parent }: Scope, policy: pulumi.Resource): tailscale.OauthClient {
  return new tailscale.OauthClient(
    `${name}-client`,
    { description: "gateway in the cluster", scopes: ["auth_keys"], tags: [tags.gateway] },
    { parent, dependsOn: policy },
  );
}

/**
 * The client's secret in the form in which Tailscale makes a key of it. Ephemeral: a machine that is gone for an hour leaves the tailnet, so
 * that none is left when the gateway is switched off, and a later pod takes its name again.
 */
function createCredential(scope: Scope, client: tailscale.OauthClient): pulumi.Resource {
  const key = pulumi.secret(pulumi.interpolate`${client.key}?ephemeral=true&preauthorized=true`);
  return new kubernetes.core.v1.Secret(
    `${scope.name}-credential`,
    { metadata: named(scope, credentialName, gatewayLabels), stringData: { [credentialFile]: key } },
    childOf(scope),
  );
}

/** A pod notices a change of it by itself. */
function createServe(scope: Scope, forwards: GatewayArgs["forwards"]): pulumi.Resource {
  const data = { [serveFile]: pulumi.output(forwards).apply(serveConfig) };
  return new kubernetes.core.v1.ConfigMap(
    `${scope.name}-serve`,
    { metadata: named(scope, serveName, gatewayLabels), data },
    childOf(scope),
  );
}

function createFlows(scope: Scope, { vpc, forwards, backupMetrics }: GatewayArgs): pulumi.Resource[] {
  const ports = forwards.map(({ port }) => port);
  const native = createPolicies(scope, gatewayPolicies(vpc, ports, backupMetrics), gatewayLabels);
  const cilium = new kubernetes.apiextensions.CustomResource(
    `${scope.name}-api-server-policy`,
    {
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: named(scope, `${gatewayRole}-to-api-server`, gatewayLabels),
      spec: stateKeepingPolicy,
    },
    childOf(scope),
  );
  return [...native, cilium];
}

/** An account that may read and change one Secret, in which the machine keeps who it is. */
function createIdentity(scope: Scope, pod: string): pulumi.Resource[] {
  const name = `${scope.name}-${pod.replace(/^gateway-/, "")}`;
  const metadata = named(scope, pod, podLabels(pod));
  const state = new kubernetes.core.v1.Secret(
    `${name}-state`,
    { metadata },
    { ...childOf(scope), ignoreChanges: ["data", "stringData"] }, // the machine writes it
  );
  const account = createAccount(scope, metadata, `${pod.replace(/^gateway-/, "")}-account`);
  return [state, account, grantSecrets(scope, name, { account: pod, metadata, secrets: [pod] })];
}

function createPod(
  scope: Scope,
  { settings, placement, prefix }: GatewayArgs,
  pod: string,
  after: pulumi.Resource[],
): kubernetes.apps.v1.Deployment {
  const spec = gatewayDeployment({ settings, placement, pod, hostname: gatewayHostname(prefix, pod) });
  return new kubernetes.apps.v1.Deployment(
    `${scope.name}-${pod.replace(/^gateway-/, "")}`,
    { metadata: named(scope, pod, podLabels(pod)), spec },
    childOf(scope, after),
  );
}
