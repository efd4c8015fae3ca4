// Property maps on the wire: what is unwrapped, what is remembered as secret, what counts as unknown.
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it } from "vitest";
import { parseUrn } from "../../local/plugin/context.ts";
import { readProperties, writeProperties } from "../../local/plugin/wire.ts";
import { UNKNOWN, type Properties } from "../../local/providers/contract.ts";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: Properties[string]) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (more: Properties) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...more });
const read = (properties: Properties) => readProperties(structs.Struct.fromJavaScript(properties));

describe("reading", () => {
  it("unwraps secrets at any depth and remembers the property that held one", () => {
    const { properties, secrets } = read({ a: secret("x"), b: { c: [secret(1)] }, d: "plain" });
    expect(properties).toEqual({ a: "x", b: { c: [1] }, d: "plain" });
    expect([...secrets].toSorted()).toEqual(["a", "b"]);
  });

  it("takes an output without a value for unknown, and keeps its secrecy", () => {
    const { properties, secrets } = read({ a: output({}), b: output({ value: 2, secret: true }) });
    expect(properties).toEqual({ a: UNKNOWN, b: 2 });
    expect([...secrets]).toEqual(["b"]);
  });

  it("knows every kind of unknown value", () => {
    expect(
      read({ flag: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", list: ["3eeb2bf0-c639-47a8-9e75-3b44932eb421"] }).properties,
    ).toEqual({
      flag: UNKNOWN,
      list: [UNKNOWN],
    });
  });

  it("reads nothing as no properties", () => expect(readProperties(undefined).properties).toEqual({}));
});

describe("writing", () => {
  it("gives back what was read, secrets included", () => {
    const properties = { a: "x", b: { c: [1, null, true] }, e: UNKNOWN };
    const again = readProperties(writeProperties(properties, new Set(["b", "absent"])));
    expect(again.properties).toEqual(properties);
    expect([...again.secrets]).toEqual(["b"]);
  });
});

it("finds type and name in a URN, also below a component and with colons in the name", () => {
  expect(parseUrn("urn:pulumi:prod::mastodon::mastodon:network:Network$digitalocean:index/vpc:Vpc::net::a")).toEqual({
    token: "digitalocean:index/vpc:Vpc",
    name: "net::a",
  });
});
