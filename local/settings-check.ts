// Reads the stack's settings the way the program will, before anything is started: a mistake then touches nothing.
import { basename, join } from "node:path";
import { readFileSync } from "node:fs";
import { parseSettings, readStackFile, SettingsError } from "../src/settings.ts";
import { LocalCloudError } from "./errors.ts";
import { projectRoot } from "./home.ts";

/** @throws LocalCloudError with one line for each mistake. */
export function checkSettings(settingsFile: string): void {
  const read = (file: string): string => readFileSync(file, "utf8");
  try {
    parseSettings(readStackFile(read(join(projectRoot, "Pulumi.yaml")), read(settingsFile)));
  } catch (error) {
    if (error instanceof SettingsError) throw new LocalCloudError(`${basename(settingsFile)}: ${error.message}`);
    throw error;
  }
}
