import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../src/secret.ts";
import { parseSettings } from "../../src/settings.ts";
import { withSecrets, writtenSettings } from "../../src/written-settings.ts";
import { stackFile } from "../stacks.ts";

describe("the stack file as it is written", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "written-"));
    writeFileSync(join(root, "Pulumi.yaml"), "name: mastodon\n");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const stack = `config:
  mastodon:secrets:
    aws: { accessKeyId: { secure: "v1:x:y" }, secretAccessKey: hunter2 }
`;
  const decrypted = { aws: { accessKeyId: "AKIA", secretAccessKey: "hunter2" } };

  it("shows one secret in plain text among encrypted ones, which is refused", () => {
    writeFileSync(join(root, "Pulumi.prod.yaml"), stack);
    const secrets = withSecrets(decrypted, writtenSettings(root, "prod")["secrets"]);
    expect(secrets).toEqual({ aws: { accessKeyId: expect.any(Secret), secretAccessKey: "hunter2" } });
    expect(() => parseSettings({ ...stackFile("prod"), secrets })).toThrow(/aws\.secretAccessKey: is in plain text/);
  });

  it("is done without when it lies elsewhere: every text is then taken for a secret", () => {
    expect(writtenSettings(root, "prod")).toEqual({});
    expect(withSecrets(decrypted, undefined)).toEqual({
      aws: { accessKeyId: expect.any(Secret), secretAccessKey: expect.any(Secret) },
    });
  });

  it("keeps what is no text", () =>
    expect(withSecrets([1, true, null, "x"], undefined)).toEqual([1, true, null, new Secret("x")]));
});
