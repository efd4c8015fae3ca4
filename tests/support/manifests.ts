// The Kubernetes objects of a stack as plain manifests: what the Kubernetes plugin would send, with made-up secrets.
import { z } from "zod";
import { withDummySecrets } from "../../src/dump/dummy-secrets.ts";
import { recordProgram } from "../../src/dump/record.ts";
import type { RawSettings } from "../../src/stack-file.ts";

const manifestShape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

/** A Kubernetes object as a file would hold it. */
export type Manifest = z.infer<typeof manifestShape>;

/** How secrets travel to the engine. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** Every object that the program registers with these settings in a cluster, in the order in which they need each other. */
export async function renderedManifests(settings: RawSettings, stack: string): Promise<Manifest[]> {
  const { requests } = await recordProgram(await withDummySecrets(settings), stack);
  return requests
    .filter(({ type, custom }) => custom && type.startsWith("kubernetes:"))
    .map(({ inputs }) => manifestShape.parse(plain(inputs)))
    .toSorted((one, other) => rank(one) - rank(other));
}

/** `Mastodon/web` and the like: how findings and waivers call an object. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}

function plain(inputs: unknown): unknown {
  return JSON.parse(JSON.stringify(inputs), (_, value: unknown) =>
    typeof value === "object" && value !== null && secretMark in value && "value" in value ? value.value : value,
  );
}

const order = ["CustomResourceDefinition", "Namespace", "PriorityClass", "ServiceAccount", "ConfigMap", "Secret"];

/** Whatever else runs comes last, because admission looks at what is there. */
function rank({ kind }: Manifest): number {
  return order.includes(kind) ? order.indexOf(kind) : order.length;
}
