import { describe, expect, it } from "vitest";
import type { Existing } from "../../policies/destruction.ts";
import { changedIdentity, changedKeys } from "../../policies/same-server.ts";

const secret = (outputs: Record<string, unknown>): Existing => ({
  urn: "urn:pulumi:prod::mastodon::kubernetes:core/v1:Secret::web-environment",
  type: "kubernetes:core/v1:Secret",
  name: "web-environment",
  outputs,
});

const now = { name: "social", domain: "social.example" };

describe("the server's name and domain", () => {
  it("may be anything on a new stack, and stay what they are", () => {
    expect(changedIdentity(now, {})).toEqual([]);
    expect(changedIdentity(now, now)).toEqual([]);
  });

  it("can never be changed; both are told at once", () => {
    const lines = changedIdentity(now, { name: "old", domain: "old.example" });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain("mastodon:domains.local: social.example can never replace old.example");
    expect(lines[1]).toContain("mastodon:name: social can never replace old");
  });
});

describe("keys that the operator gives", () => {
  const path = "secrets.mastodon.activeRecord.primaryKey";
  const variable = "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY";
  const inBase64 = secret({ data: { [variable]: Buffer.from("right").toString("base64") } });
  const inPlain = secret({ stringData: { [variable]: "right" } });

  it.each([
    ["in base64", inBase64],
    ["in plain", inPlain],
  ])("may be those that the server runs with, %s", (_, running) => {
    expect(changedKeys(new Map([[path, "right"]]), [running], [])).toEqual([]);
  });

  it("may be anything before there is a server", () => {
    expect(changedKeys(new Map([[path, "new"]]), [], [])).toEqual([]);
    expect(changedKeys(new Map([[path, "new"]]), [secret({ data: { OTHER: "eA==" } })], [])).toEqual([]);
  });

  it("are refused when they are others, without showing them, with the way to do it on purpose", () => {
    const [line] = changedKeys(new Map([[path, "wrong"]]), [inBase64], ["x"]);
    expect(line).toContain(`mastodon:${path}: is another one than the running server has`);
    expect(line).toContain(`'mastodon:unprotect[1]' ${path}`);
    expect(line).not.toMatch(/wrong|right/);
  });

  it("may be changed in the run that names them", () => {
    expect(changedKeys(new Map([[path, "wrong"]]), [inBase64], [path])).toEqual([]);
  });
});
