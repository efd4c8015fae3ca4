import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { generatedFiles, stackFileSchema } from "../../src/json-schemas.ts";
import { projectRoot, stackNames } from "../stacks.ts";

function read(stack: string): { config: Record<string, unknown> } {
  return parse(readFileSync(resolve(projectRoot, `Pulumi.${stack}.yaml`), "utf8"));
}

function withSetting(key: string, value: unknown): object {
  const file = read("prod");
  return { ...file, config: { ...file.config, [key]: value } };
}

const withKeyId = (value: unknown): object => withSetting("mastodon:secrets", { aws: { accessKeyId: value } });

describe("generated JSON Schemas", () => {
  it.each(generatedFiles())("$path is current; run `npm run generate` when it is not", ({ path, text }) => {
    expect(readFileSync(resolve(projectRoot, path), "utf8")).toBe(text);
  });
});

describe("the stack file's schema", () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(stackFileSchema());
  it.each(stackNames)("accepts %s", (stack) => {
    expect(validate(read(stack)), JSON.stringify(validate.errors)).toBe(true);
  });

  it("refuses an unknown subject", () => {
    expect(validate(withSetting("mastodon:databse", {}))).toBe(false);
  });

  it("refuses an unknown setting inside a subject", () => {
    expect(validate(withSetting("mastodon:cdn", { ttl: 60 }))).toBe(false);
  });

  it("refuses a secret in plain text and accepts an encrypted one", () => {
    expect(validate(withKeyId("AKIA"))).toBe(false);
    const complete = { aws: { accessKeyId: { secure: "v1:x" }, secretAccessKey: { secure: "v1:y" } } };
    expect(validate(withSetting("mastodon:secrets", complete)), JSON.stringify(validate.errors)).toBe(true);
  });

  it("refuses a file without disabled default providers", () => {
    expect(validate({ config: {} })).toBe(false);
  });
});
