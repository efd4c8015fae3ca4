// The way to the Kubernetes API over the tailnet: two machines that make each request in its caller's name.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import type { Placement } from "../../mastodon/args.ts";
import {
  createAccount,
  createCiliumPolicies,
  createNamespace,
  createPolicies,
} from "../../mastodon/kubernetes/objects.ts";
import { childOf, named, type Scope } from "../../mastodon/kubernetes/scope.ts";
import type { IntentMatrix } from "../intents.ts";
import { createMachineBudget, grantSecrets } from "../machine-objects.ts";
import { machineKeyInputs } from "../tailnet.ts";
import { tags } from "../targets.ts";
import { configFile, proxyConfig } from "./config.ts";
import { grantActing, grantRights } from "./granted.ts";
import {
  kubectlHostname,
  kubectlLabels,
  kubectlNamespace,
  kubectlPodLabels,
  kubectlPods,
  kubectlRole,
  serviceHost,
  serviceName,
} from "./names.ts";
import { kubectlDeployment } from "./pods.ts";
import { kubectlCiliumPolicies, kubectlPolicies } from "./policies.ts";
import { actingFor, holdersOf } from "./rights.ts";
import type { KubectlSettings } from "./settings.ts";

export interface KubectlProxyArgs {
  readonly settings: KubectlSettings;
  /** The tailnet's own domain. */
  readonly domain: string;
  readonly matrix: IntentMatrix;
  /** Prefix of names on the tailnet. */
  readonly prefix: string;
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  readonly placement: Placement;
  /** The tailnet's policy: a tag exists only once it is in force. */
  readonly policy: pulumi.Resource;
  /** In which operators operate; they exist already. */
  readonly namespaces: readonly string[];
}

/** No administrator of the cluster comes this way: rights are those of {@link holdersOf}, whatever the policy says. */
export class KubectlProxy extends pulumi.ComponentResource {
  constructor(name: string, args: KubectlProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:tailnet:KubectlProxy", name, {}, opts);
    const at = { parent: this, provider: args.provider };
    const scope: Scope = { ...at, name, namespace: createNamespace({ ...at, name }, kubectlNamespace) };
    const holders = holdersOf(args.matrix, args.settings);
    grantActing(scope, actingFor(args.matrix, holders, { machines: args.settings.machines, domain: args.domain }));
    grantRights(scope, holders, args.namespaces);
    const before = [
      ...createPolicies(scope, kubectlPolicies, kubectlLabels),
      ...createCiliumPolicies(scope, kubectlCiliumPolicies, kubectlLabels),
      createService(scope, args),
      createCertificate(scope, serviceHost(args.prefix, args.domain)),
      createMachineBudget(scope, kubectlRole, kubectlLabels),
    ];
    let first: pulumi.Resource[] = [];
    for (const pod of kubectlPods) {
      // One after the other: the first asks for the certificate, and while one is made anew, the other answers.
      const own = [createConfig(scope, args, pod), ...createIdentity(scope, args, pod)];
      first = [createPod(scope, args, pod, [...before, ...own, ...first])];
    }
    this.registerOutputs();
  }
}

/** One address for both, which the policy lets them serve without anybody's approval. */
function createService({ name, parent }: Scope, { prefix, policy }: KubectlProxyArgs): pulumi.Resource {
  const inputs = {
    name: serviceName(prefix),
    comment: "Kubernetes API, in each caller's own name",
    ports: ["tcp:443"],
    tags: [tags.kubernetes],
  };
  return new tailscale.Service(`${name}-service`, inputs, { parent, dependsOn: policy });
}

/** Made empty: the machines may fill this Secret, and make none. Its name is what they look for. */
function createCertificate(scope: Scope, host: string): pulumi.Resource {
  return new kubernetes.core.v1.Secret(
    `${scope.name}-certificate`,
    { metadata: named(scope, host, kubectlLabels) },
    { ...childOf(scope), ignoreChanges: ["data", "stringData"] },
  );
}

/** Another generation is another key; a machine that has an identity does not look at it. */
function createConfig(scope: Scope, { settings, prefix, policy }: KubectlProxyArgs, pod: string): pulumi.Resource {
  const { generation } = settings;
  const key = new tailscale.TailnetKey(
    `${scope.name}-${pod}-key${generation === 1 ? "" : `_${generation}`}`,
    machineKeyInputs(`Kubernetes API, ${pod}`, tags.kubernetes),
    { parent: scope.parent, dependsOn: policy },
  ).key;
  const rest = { pod, hostname: kubectlHostname(prefix, pod), service: serviceName(prefix) };
  const config = pulumi.secret(key).apply((plain) => proxyConfig({ ...rest, key: plain }));
  return new kubernetes.core.v1.Secret(
    `${scope.name}-${pod}-config`,
    { metadata: named(scope, `${pod}-config`, kubectlPodLabels(pod)), stringData: { [configFile]: config } },
    childOf(scope),
  );
}

/** An account that may change the Secret in which the machine keeps who it is, and the certificate's. */
function createIdentity(scope: Scope, { prefix, domain, settings }: KubectlProxyArgs, pod: string): pulumi.Resource[] {
  const name = `${scope.name}-${pod}`;
  const metadata = named(scope, pod, kubectlPodLabels(pod));
  const { generation } = settings;
  const state = new kubernetes.core.v1.Secret(
    `${name}-state`,
    { metadata: { ...metadata, annotations: { "mastodon/generation": String(generation) } } },
    // The machine writes it. A new generation is a new machine, so the old identity goes.
    {
      ...childOf(scope),
      ignoreChanges: ["data", "stringData"],
      replaceOnChanges: ["metadata.annotations"],
      deleteBeforeReplace: true,
    },
  );
  const account = createAccount(scope, metadata, `${pod}-account`);
  const secrets = [pod, serviceHost(prefix, domain)];
  return [state, account, grantSecrets(scope, name, { account: pod, metadata, secrets })];
}

function createPod(
  scope: Scope,
  { settings, placement }: KubectlProxyArgs,
  pod: string,
  after: pulumi.Resource[],
): kubernetes.apps.v1.Deployment {
  const spec = kubectlDeployment({ settings, placement, pod });
  return new kubernetes.apps.v1.Deployment(
    `${scope.name}-${pod}`,
    { metadata: named(scope, pod, kubectlPodLabels(pod)), spec },
    childOf(scope, after),
  );
}
