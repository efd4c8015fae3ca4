// cert-manager in the cluster: the controller that gets certificates from an authority and renews them.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createCiliumPolicies, createPolicies } from "../../mastodon/kubernetes/objects.ts";
import type { Scope } from "../../mastodon/kubernetes/scope.ts";
import { definitions, type HostAliases, type Manifest, rights, workings } from "./manifests.ts";
import { certManagerNamespace } from "./names.ts";
import { type AcmeFlows, certManagerApiPolicies, certManagerPolicies } from "./policies.ts";

export interface CertManagerArgs {
  readonly provider: kubernetes.Provider;
  readonly acme: AcmeFlows;
  /** Where the controller finds the host names when it looks at its own proofs. */
  readonly aliases: HostAliases;
}

const namespaceLabels = {
  "app.kubernetes.io/part-of": "mastodon",
  "app.kubernetes.io/managed-by": "pulumi",
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "v1.36",
};

/** The whole release, out of a file of this project: nothing is fetched when the stack is brought up. */
export class CertManager extends pulumi.ComponentResource {
  constructor(name: string, { provider, acme, aliases }: CertManagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:certificates:CertManager", name, {}, opts);
    const after = (dependsOn: pulumi.Resource[]): pulumi.CustomResourceOptions => ({
      parent: this,
      provider,
      dependsOn,
    });
    const namespace = new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: certManagerNamespace, labels: namespaceLabels } },
      after([]),
    );
    const kinds = definitions.map((manifest) => register(name, manifest, after([])));
    const allowed = rights.map((manifest) => register(name, manifest, after([namespace])));
    const scope: Scope = { name, namespace: namespace.metadata.name, parent: this, provider };
    const limits = [
      ...createPolicies(scope, certManagerPolicies(acme)),
      ...createCiliumPolicies(scope, certManagerApiPolicies),
    ];
    for (const manifest of workings(aliases)) register(name, manifest, after([...kinds, ...allowed, ...limits]));
    this.registerOutputs({});
  }
}

/** An object of any kind. Those of the core group need their classes: their type token names a group that their version does not. */
function register(prefix: string, manifest: Manifest, options: pulumi.CustomResourceOptions): pulumi.Resource {
  const name = `${prefix}-${manifest.metadata.name.replaceAll(":", "-")}`;
  if (manifest.kind === "ServiceAccount") return new kubernetes.core.v1.ServiceAccount(name, core(manifest), options);
  if (manifest.kind === "Service") return new kubernetes.core.v1.Service(name, core(manifest), options);
  return new kubernetes.apiextensions.CustomResource(name, manifest, options);
}

/** The classes know their version and kind themselves. */
function core({ apiVersion: _version, kind: _kind, ...fields }: Manifest): Omit<Manifest, "apiVersion" | "kind"> {
  return fields;
}
