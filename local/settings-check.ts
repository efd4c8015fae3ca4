// Reads the stack's settings the way the program will, before anything is started: a mistake then touches nothing.
import { basename, join } from "node:path";
import { readFileSync } from "node:fs";
import { readDocsSite } from "../src/docs-site.ts";
import { parseSettings, readStackFile, SettingsError } from "../src/settings.ts";
import type { Settings } from "../src/settings-schema.ts";
import { LocalCloudError } from "./errors.ts";
import { projectRoot } from "./home.ts";

/**
 * Reads a settings file and the documentation that it names.
 * @throws LocalCloudError with one line for each mistake.
 */
export function checkSettings(settingsFile: string): Settings {
  try {
    const settings = parseSettings(readStackFile(readText(join(projectRoot, "Pulumi.yaml")), readText(settingsFile)));
    readDocsSite(settings);
    return settings;
  } catch (error) {
    if (error instanceof SettingsError) throw new LocalCloudError(`${basename(settingsFile)}: ${error.message}`);
    throw error;
  }
}

function readText(file: string): string {
  return readFileSync(file, "utf8");
}
