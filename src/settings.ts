// All settings of a stack: one strict parse of plain values, with every mistake in one report. Pure: it knows nothing of Pulumi.
import { z } from "zod";
import { backupsSettingsSchema } from "../components/backups/settings.ts";
import { cdnSettingsSchema } from "../components/cdn/settings.ts";
import { databaseSettingsSchema } from "../components/database/settings.ts";
import { dnsSettingsSchema, domainsSchema } from "../components/dns/settings.ts";
import { kubernetesSettingsSchema } from "../components/kubernetes/settings.ts";
import { mailSettingsSchema } from "../components/mail/settings.ts";
import { mastodonSettingsSchema } from "../components/mastodon/settings.ts";
import { monitoringSettingsSchema } from "../components/monitoring/settings.ts";
import { networkSettingsSchema } from "../components/network/settings.ts";
import type { Problem } from "../components/problem.ts";
import { nameSchema } from "../components/shapes.ts";
import { storageSettingsSchema } from "../components/storage/settings.ts";
import { tailnetSettingsSchema } from "../components/tailnet/settings.ts";
import { workersSettingsSchema } from "../components/workers/settings.ts";
import { secretsSettingsSchema } from "./secrets-settings.ts";
import { problemLine, schemaProblems } from "./settings-problems.ts";
import { settingsRules } from "./settings-rules.ts";
import type { RawSettings } from "./stack-file.ts";

export { readStackFile } from "./stack-file.ts";

/** Every setting, by subject. The key in a stack file is `mastodon:<subject>`. */
export const settingsSchema = z.strictObject({
  name: nameSchema.default("mastodon").describe("prefix of every physical name; can never be changed"),
  protect: z
    .boolean({ error: "must be true or false" })
    .default(true)
    .describe("refuses to delete or replace what holds data; turn it off only where the data is worthless"),
  unprotect: z
    .array(z.string())
    .default([])
    .describe("logical names of resources that may be deleted or replaced; for one run, then remove it again"),
  domains: domainsSchema,
  network: networkSettingsSchema.prefault({}),
  kubernetes: kubernetesSettingsSchema.prefault({}),
  database: databaseSettingsSchema.prefault({}),
  storage: storageSettingsSchema.prefault({}),
  cdn: cdnSettingsSchema.prefault({}),
  dns: dnsSettingsSchema.prefault({}),
  mail: mailSettingsSchema.prefault({}),
  tailnet: tailnetSettingsSchema,
  workers: workersSettingsSchema.prefault({}),
  backups: backupsSettingsSchema.prefault({}),
  monitoring: monitoringSettingsSchema,
  mastodon: mastodonSettingsSchema.prefault({}),
  secrets: secretsSettingsSchema,
});

/** The settings of one stack, complete and checked. */
export type Settings = z.infer<typeof settingsSchema>;

/** All mistakes of a stack's settings, one a line. */
export class SettingsError extends Error {
  /** @param lines one line for each mistake */
  constructor(lines: readonly string[]) {
    const heading = lines.length === 1 ? "the settings have 1 mistake" : `the settings have ${lines.length} mistakes`;
    super(`${heading}; nothing was changed:\n${lines.map((line) => `  ${line}`).join("\n")}`);
    this.name = "SettingsError";
  }
}

/**
 * Checks raw settings and fills in the defaults.
 * @param raw values by key, without the project's name
 * @throws SettingsError with one line for each mistake
 */
export function parseSettings(raw: RawSettings): Settings {
  const parsed: Partial<Settings> = {};
  const problems: Problem[] = unknownSubjects(raw);
  // Subject by subject, so that a mistake in one does not hide what is wrong between two others.
  for (const [key, schema] of Object.entries(settingsSchema.shape)) {
    const result = schema.safeParse(raw[key]);
    if (result.success) Object.assign(parsed, { [key]: result.data });
    else problems.push(...schemaProblems(schema, key, result.error, raw[key]));
  }
  problems.push(...settingsRules.flatMap((rule) => rule(parsed)));
  if (problems.length > 0) throw new SettingsError(problems.map(problemLine));
  return settingsSchema.parse(raw);
}

function unknownSubjects(raw: RawSettings): Problem[] {
  const allowed = Object.keys(settingsSchema.shape);
  return Object.keys(raw)
    .filter((key) => !allowed.includes(key))
    .map((key) => ({ path: key, message: `is not a setting; allowed here: ${allowed.toSorted().join(", ")}` }));
}
