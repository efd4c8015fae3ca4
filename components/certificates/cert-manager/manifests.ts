// cert-manager's release as objects that can be registered one by one.
import { z } from "zod";
import { certManagerNamespace } from "./names.ts";
import data from "./manifests.json" with { type: "json" };

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

export type Manifest = z.infer<typeof manifestSchema>;

const release: readonly Manifest[] = z.array(manifestSchema).parse(data);

/** The kinds of custom resources, which come before everything that uses them. */
export const definitions = release.filter(({ kind }) => kind === "CustomResourceDefinition");

/** Rights and accounts, which come before the pods that have them. */
export const rights = release.filter(({ kind }) => /^(Cluster)?Role(Binding)?$|^ServiceAccount$/.test(kind));

/** The rest. */
export function workings(aliases: HostAliases): Manifest[] {
  return release
    .filter((manifest) => !definitions.includes(manifest) && !rights.includes(manifest))
    .map((manifest) => (isController(manifest) ? withHostAliases(manifest, aliases) : manifest));
}

/** Host names that the controller finds at an address of the cluster, whatever DNS says. */
export interface HostAliases {
  readonly address: string;
  readonly hosts: readonly string[];
}

function isController({ kind, metadata }: Manifest): boolean {
  return kind === "Deployment" && metadata.name === certManagerNamespace;
}

const deploymentSchema = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({}) }) }),
});

function withHostAliases(manifest: Manifest, { address, hosts }: HostAliases): Manifest {
  const { spec } = deploymentSchema.parse(manifest);
  const podSpec = { ...spec.template.spec, hostAliases: [{ ip: address, hostnames: [...hosts] }] };
  return { ...manifest, spec: { ...spec, template: { ...spec.template, spec: podSpec } } };
}
