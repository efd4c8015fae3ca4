// Property maps on the wire: protobuf structs with Pulumi's signature keys for secrets, outputs and references.
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import { type Properties, UNKNOWN, type Value } from "../providers/contract.ts";
import { isObject } from "../providers/shared/values.ts";

type Struct = InstanceType<typeof structs.Struct>;

/** Marks an object of the wire format as something else than a plain object. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
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

// The engine has one marker for each kind of unknown value; here one is enough.
const unknownMarkers = new Set<Value>([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // list
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

function unwrap(value: Value, onSecret: () => void): Value {
  if (Array.isArray(value)) return value.map((item) => unwrap(item, onSecret));
  if (!isObject(value)) return unknownMarkers.has(value) ? UNKNOWN : value;
  const signature = value[signatureKey];
  if (signature === secretSignature) {
    onSecret();
    return unwrap(value["value"] ?? null, onSecret);
  }
  if (signature === outputSignature) {
    // An output without a value is one that is not known yet.
    if (value["secret"] === true) onSecret();
    return unwrap(value["value"] ?? UNKNOWN, onSecret);
  }
  if (signature === referenceSignature) return value["id"] ?? value["urn"] ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item, onSecret)]));
}

/** Writes a property map; the named top-level properties become secrets. */
export function writeProperties(properties: Properties, secrets: ReadonlySet<string>): Struct {
  const wrapped: Properties = {};
  for (const [key, value] of Object.entries(properties))
    wrapped[key] = secrets.has(key) && value !== null ? { [signatureKey]: secretSignature, value } : value;
  return structs.Struct.fromJavaScript(wrapped);
}
