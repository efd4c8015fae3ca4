// What is judged: the manifests of both production stacks, and of each optional part what it adds or changes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { options } from "../golden/options.ts";
import { stackFile, withSecrets } from "../stacks.ts";
import { type Manifest, nameOf, renderedManifests } from "../support/manifests.ts";

/** All manifests of one cluster, and those among them that no set before it has. */
export interface ManifestSet {
  readonly name: string;
  readonly manifests: readonly Manifest[];
  readonly fresh: readonly Manifest[];
}

/** The sets that have something to add; options that change nothing in Kubernetes are left out. */
export async function manifestSets(): Promise<ManifestSet[]> {
  const stacks = { prod: withSecrets(stackFile("prod")), shop: withSecrets(stackFile("shop")) };
  const seen = new Set<string>();
  const sets: ManifestSet[] = [];
  for (const [name, settings] of Object.entries({ ...stacks, ...options })) {
    const manifests = await renderedManifests(settings, name in stacks ? name : "prod");
    const fresh = manifests.filter((manifest) => !seen.has(JSON.stringify(manifest)));
    for (const manifest of fresh) seen.add(JSON.stringify(manifest));
    if (fresh.length > 0) sets.push({ name, manifests, fresh });
  }
  return sets;
}

/** Judges a folder with one file for each manifest; the judge is given the folder and who a file's name stands for. */
export async function withFiles<Result>(
  manifests: readonly Manifest[],
  judge: (folder: string, objectOf: (file: string) => string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "manifests-"));
  const objects = new Map<string, string>();
  try {
    for (const [index, manifest] of manifests.entries()) {
      const file = `${index}.yaml`;
      // Aliases of YAML are not understood by every tool.
      writeFileSync(join(folder, file), stringify(manifest, { aliasDuplicateObjects: false, lineWidth: 0 }));
      objects.set(file, nameOf(manifest));
    }
    return await judge(folder, (file) => objects.get(file) ?? file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
