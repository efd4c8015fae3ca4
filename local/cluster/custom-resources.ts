// Custom resource definitions of the add-ons that the stack uses: installed at cluster start, and awaited.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Api, Manifest } from "./api.ts";
import { hasCondition, type Condition, type List, type Metadata } from "./objects.ts";
import { until } from "../processes/waiting.ts";

interface Definition {
  readonly metadata: Metadata;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Every definition in a folder of YAML files, sub-folders included. */
export function readDefinitions(folder: string): Manifest[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.ya?ml$/.test(file))
    .toSorted()
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")))
    .map((document): Manifest | null => document.toJS())
    .filter((object): object is Manifest => object?.kind === "CustomResourceDefinition");
}

/** Installs the definitions and waits until the API server serves them all. */
export async function installDefinitions(api: Api, folder: string): Promise<number> {
  const definitions = readDefinitions(folder);
  await Promise.all(definitions.map((definition) => api.apply(definition)));
  const names = definitions.map(({ metadata }) => metadata.name);
  if (names.length > 0) {
    let missing: string[] = names;
    await until(
      async () => {
        missing = await notEstablished(api, names);
        return missing.length === 0 ? true : undefined;
      },
      { limit: 60_000, every: 100, late: () => new Error(`not served after 60 s: ${missing.join(", ")}`) },
    );
  }
  return names.length;
}

async function notEstablished(api: Api, names: readonly string[]): Promise<string[]> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const { items } = await api.call<List<Definition>>("GET", path);
  const served = items.filter(({ status }) => hasCondition(status?.conditions, "Established", "True"));
  const servedNames = new Set(served.map(({ metadata }) => metadata.name));
  return names.filter((name) => !servedNames.has(name));
}
