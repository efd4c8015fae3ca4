// What the settings' check says about settings.
import { parseSettings, SettingsError } from "../../src/settings.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { fixedStack, withSecrets } from "../stacks.ts";

/** The report's lines, without its head; none where the settings are right. */
export function mistakesIn(raw: RawSettings): string[] {
  try {
    parseSettings(raw);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message.split("\n").slice(1);
  }
}

/** The production stack with some subjects changed. */
export function changedProd(subjects: RawSettings): RawSettings {
  return { ...withSecrets(fixedStack()), ...subjects };
}
