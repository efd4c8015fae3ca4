// Takes the settings from Pulumi's configuration of the running stack.
import * as pulumi from "@pulumi/pulumi";
import runtimeConfig from "@pulumi/pulumi/runtime/config.js";
import { Secret } from "./secret.ts";
import { parseSettings, type Settings, SettingsError } from "./settings.ts";
import type { RawSettings } from "./stack-file.ts";

/**
 * The settings of the stack that is being run.
 * @throws pulumi.RunError with one line for each mistake; the engine prints it without a stack trace
 */
export function loadSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const raw: RawSettings = {};
  for (const [key, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (!key.startsWith(prefix)) continue;
    const value = decode(text);
    // Pulumi tells only of a whole key whether it is secret, so only `secrets` may hold any (Pulumi #7127).
    raw[key.slice(prefix.length)] = isConfigSecret(key) ? withSecrets(value) : value;
  }
  try {
    return parseSettings(raw);
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

function withSecrets(value: unknown): unknown {
  if (typeof value === "string") return new Secret(value);
  if (Array.isArray(value)) return value.map(withSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withSecrets(field)]));
}
