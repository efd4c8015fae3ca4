// All settings of a stack: one strict parse of plain values, with every mistake in one report. Pure: it knows nothing of Pulumi.
import { dateOf } from "../components/dates.ts";
import type { Problem } from "../components/problem.ts";
import { inService } from "./in-service.ts";
import { plainMessage } from "./plain-messages.ts";
import { problemLine, schemaProblems } from "./settings-problems.ts";
import { settingsRules } from "./settings-rules.ts";
import { type Settings, settingsSchema } from "./settings-schema.ts";
import type { RawSettings } from "./stack-file.ts";

export { readStackFile } from "./stack-file.ts";

/** All mistakes of a stack's settings, one a line. */
export class SettingsError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(problemLine);
    const heading = lines.length === 1 ? "the settings have 1 mistake" : `the settings have ${lines.length} mistakes`;
    super(`${heading}; nothing was changed:\n${lines.map((line) => `  ${line}`).join("\n")}`);
    this.name = "SettingsError";
    this.problems = problems;
  }
}

/**
 * Checks raw settings and fills in the defaults.
 * @param raw values by key, without the project's name
 * @param today in UTC; what ended before it is left out
 * @throws SettingsError with one line for each mistake
 */
export function parseSettings(raw: RawSettings, today = dateOf(new Date())): Settings {
  const parsed: Partial<Settings> = {};
  const problems: Problem[] = unknownSubjects(raw);
  // Subject by subject, so that a mistake in one does not hide what is wrong between two others.
  for (const [key, schema] of Object.entries(settingsSchema.shape)) {
    const result = schema.safeParse(raw[key], { error: plainMessage });
    if (result.success) Object.assign(parsed, { [key]: result.data });
    else problems.push(...schemaProblems(schema, key, result.error, raw[key]));
  }
  problems.push(...settingsRules.flatMap((rule) => rule(inService(parsed, today))));
  if (problems.length > 0) throw new SettingsError(problems);
  return inService(settingsSchema.parse(raw), today);
}

function unknownSubjects(raw: RawSettings): Problem[] {
  const allowed = Object.keys(settingsSchema.shape);
  return Object.keys(raw)
    .filter((key) => !allowed.includes(key))
    .map((key) => ({ path: key, message: `is not a setting; allowed here: ${allowed.toSorted().join(", ")}` }));
}
