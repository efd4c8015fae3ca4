// Pulumi's envelopes around secrets, as tests read them.
import type { Properties, Value } from "../../local/providers/contract.ts";

const [signatureKey, secretSignature] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

type Envelope = { readonly value: unknown };

function isEnvelope(value: object): value is Envelope {
  return Reflect.get(value, signatureKey) === secretSignature;
}

/** The inputs with each secret's text in place of its envelope, as a plugin sees them. */
export function withoutEnvelopes(inputs: Readonly<Record<string, unknown>>): Properties {
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, opened(value)]));
}

function opened(value: unknown): Value {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object") throw new Error(`a ${typeof value} is no plain value`);
  return isEnvelope(value) ? opened(value.value) : withoutEnvelopes({ ...value });
}

/** `name: text` of each field that is a secret, sorted. */
export function secretsIn(inputs: object | undefined): string[] {
  return Object.entries(inputs ?? {})
    .flatMap(([key, value]: [string, unknown]) =>
      typeof value === "object" && value !== null && isEnvelope(value) ? [`${key}: ${String(value.value)}`] : [],
    )
    .toSorted();
}
