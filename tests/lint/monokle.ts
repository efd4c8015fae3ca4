// Monokle's rules over all manifests: the Pod Security Standards and its common practices, every one of them.
import { createDefaultMonokleValidator } from "@monokle/validation";
import type { Manifest } from "../support/manifests.ts";
import { nameOf } from "../support/manifests.ts";
import type { Finding } from "./finding.ts";

/** What its documentation counts; by default only a few of them would be on. */
const ruleCount = 39;

const plugins = { "pod-security-standards": true, practices: true };

export async function monokleFindings(manifests: readonly Manifest[]): Promise<Finding[]> {
  const validator = createDefaultMonokleValidator();
  await validator.preload({ plugins });
  const names = Object.entries(validator.rules).flatMap(([plugin, rules]) =>
    rules.map(({ name }) => `${plugin}/${name}`),
  );
  if (names.length !== ruleCount) throw new Error(`Monokle has ${names.length} rules, not ${ruleCount}`);
  await validator.preload({ plugins, rules: Object.fromEntries(names.map((name) => [name, "err"])) });
  const { runs } = await validator.validate({ resources: manifests.map(resource) });
  return runs.flatMap(({ results }) =>
    results.map(({ ruleId, message, locations }) => {
      const file = locations[0]?.physicalLocation?.artifactLocation.uri;
      const at = manifests.find((_, index) => fileOf(index) === file);
      return { tool: "monokle" as const, check: ruleId, object: at ? nameOf(at) : String(file), detail: message.text };
    }),
  );
}

const fileOf = (index: number): string => `${index}.yaml`;

function resource(content: Manifest, index: number) {
  const { apiVersion, kind, metadata } = content;
  const file = fileOf(index);
  return {
    id: String(index),
    fileId: file,
    filePath: file,
    fileOffset: 0,
    name: metadata.name,
    apiVersion,
    kind,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    content,
    text: JSON.stringify(content),
  };
}
