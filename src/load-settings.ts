// Takes the settings from Pulumi's configuration of the running stack.
import * as pulumi from "@pulumi/pulumi";
import runtimeConfig from "@pulumi/pulumi/runtime/config.js";
import type { SiteObject } from "../components/storage/site/objects.ts";
import { readDocsSite } from "./docs-site.ts";
import type { Secret } from "./secret.ts";
import { parseSettings, SettingsError } from "./settings.ts";
import type { Settings } from "./settings-schema.ts";
import type { RawSettings } from "./stack-file.ts";
import { withSecrets, writtenSettings } from "./written-settings.ts";

/**
 * The settings of the stack that is being run.
 * @throws pulumi.RunError with one line for each mistake; the engine prints it without a stack trace
 */
export function loadSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const written = writtenSettings(pulumi.getRootDirectory(), pulumi.getStack());
  const raw: RawSettings = {};
  for (const [key, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (!key.startsWith(prefix)) continue;
    const value = decode(text);
    const subject = key.slice(prefix.length);
    raw[subject] = isConfigSecret(key) ? withSecrets(value, written[subject]) : value;
  }
  return forPeople(() => parseSettings(raw));
}

/**
 * The objects of the documentation site that the settings name.
 * @throws pulumi.RunError with everything in its folder that cannot be published
 */
export function loadDocsSite(settings: Settings): readonly SiteObject[] {
  return forPeople(() => readDocsSite(settings));
}

/** Mistakes of people are shown without a stack trace. */
function forPeople<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof SettingsError ? new pulumi.RunError(error.message) : error;
  }
}

/** Whether any part of a key is encrypted. The SDK exports the function but leaves it out of its declarations, and has no public one. */
function isConfigSecret(key: string): boolean {
  const ask: unknown = Reflect.get(runtimeConfig, "isConfigSecret");
  if (typeof ask !== "function") throw new Error("@pulumi/pulumi no longer tells which settings are secret");
  return Boolean(ask(key));
}

/** The setting as a Pulumi secret: encrypted in the state, hidden in every output. */
export function secretOutput(secret: Secret): pulumi.Output<string> {
  return pulumi.secret(secret.reveal());
}

/** Pulumi hands every value over as text; objects, numbers and booleans are JSON in it. */
function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
