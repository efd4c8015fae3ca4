// What a rule between settings of different subjects is.
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";

type Subject = keyof Settings;

/** A rule over all settings; it finds nothing where a subject that it needs is wrong in itself. */
export type SettingsRule = (settings: Partial<Settings>) => Problem[];

/**
 * @param needs the subjects that `check` reads
 * @param check a pure function that returns what is wrong
 */
export function rule<Needed extends Subject>(
  needs: readonly Needed[],
  check: (settings: Pick<Settings, Needed>) => Problem[],
): SettingsRule {
  const isComplete = (settings: Partial<Settings>): settings is Partial<Settings> & Pick<Settings, Needed> =>
    needs.every((subject) => settings[subject] !== undefined);
  return (settings) => (isComplete(settings) ? check(settings) : []);
}
