// Property maps on the wire: protobuf structs with Pulumi's signature keys for secrets, outputs and references.
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties, Value } from "../providers/contract.ts";
import { isObject } from "../providers/shared/values.ts";

type Struct = InstanceType<typeof structs.Struct>;

/** Marks an object of the wire format as something else than a plain object. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const referenceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

/** Plain properties, and which of the top-level ones held a secret anywhere. */
export interface WireProperties {
  readonly properties: Properties;
  readonly secrets: ReadonlySet<string>;
}

/** Reads a property map: secrets and outputs are unwrapped, references become ids. */
export function readProperties(struct: Struct | undefined): WireProperties {
  const raw: Properties = struct?.toJavaScript() ?? {};
  const secrets = new Set<string>();
  const properties: Properties = {};
  for (const [key, value] of Object.entries(raw)) properties[key] = unwrap(value, () => secrets.add(key));
  return { properties, secrets };
}

function unwrap(value: Value, onSecret: () => void): Value {
  if (Array.isArray(value)) return value.map((item) => unwrap(item, onSecret));
  if (!isObject(value)) return value;
  const signature = value[signatureKey];
  if (signature === secretSignature) {
    onSecret();
    return unwrap(value["value"] ?? null, onSecret);
  }
  if (signature === outputSignature) {
    if (value["secret"] === true) onSecret();
    return unwrap(value["value"] ?? unknownValue, onSecret);
  }
  if (signature === referenceSignature) return value["id"] ?? value["urn"] ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item, onSecret)]));
}

// An output without a value is one that is not known yet.
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Writes a property map; the named top-level properties become secrets. */
export function writeProperties(properties: Properties, secrets: ReadonlySet<string>): Struct {
  const wrapped: Properties = {};
  for (const [key, value] of Object.entries(properties))
    wrapped[key] = secrets.has(key) && value !== null ? { [signatureKey]: secretSignature, value } : value;
  return structs.Struct.fromJavaScript(wrapped);
}
