import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Secret } from "../../src/secret.ts";
import { parseSettings, readStackFile } from "../../src/settings.ts";
import { credentials, projectRoot, stackFile, stackNames, withSecrets } from "../stacks.ts";
import { changedProd, mistakesIn } from "../support/mistakes.ts";

describe("stack files", () => {
  it.each(stackNames)("%s is accepted once the secrets are set", (stack) => {
    expect(mistakesIn(withSecrets(stackFile(stack)))).toEqual([]);
  });

  it("local is complete as it is", () => {
    expect(mistakesIn(stackFile("local"))).toEqual([]);
  });

  it("prod names each secret that is missing, with the command that sets it", () => {
    const lines = mistakesIn(stackFile("prod"));
    expect(lines).toHaveLength(7);
    expect(lines[0]).toContain("pulumi config set --secret --path mastodon:secrets.digitalocean.main.token");
  });

  it("local differs from prod only in protection and secrets", () => {
    const { protect, secrets, ...rest } = stackFile("local");
    expect(protect).toBe(false);
    expect(secrets).toBeDefined();
    expect(rest).toEqual(stackFile("prod"));
  });

  it.each(stackNames)("%s lands nothing in a default provider", (stack) => {
    const file = parse(readFileSync(resolve(projectRoot, `Pulumi.${stack}.yaml`), "utf8"));
    expect(file.config["pulumi:disable-default-providers"]).toEqual(["*"]);
  });

  it("local's secrets are encrypted with the passphrase that the local cloud uses", () => {
    const file = parse(readFileSync(resolve(projectRoot, "Pulumi.local.yaml"), "utf8"));
    const [, salt = "", ...check] = String(file.encryptionsalt).split(":");
    const key = pbkdf2Sync("local", Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
    expect(decrypt(key, check.join(":"))).toBe("pulumi");
    const { token } = file.config["mastodon:secrets"].digitalocean.main;
    expect(decrypt(key, token.secure)).toBe("dop_v1_local");
  });
});

/** Pulumi's passphrase format: `v1:<nonce>:<AES-256-GCM ciphertext and tag>`. */
function decrypt(key: Buffer, text: string): string {
  const [version, nonce = "", body = ""] = text.split(":");
  expect(version).toBe("v1");
  const sealed = Buffer.from(body, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(sealed.subarray(-16));
  return decipher.update(sealed.subarray(0, -16), undefined, "utf8") + decipher.final("utf8");
}

describe("a report of mistakes", () => {
  it("tells three mistakes of three subjects in three lines", () => {
    const lines = mistakesIn(
      changedProd({
        network: { region: "toronto" },
        cdn: { mediaTtl: 61 },
        tailnet: { operators: ["operator@social.example"], observer: [] },
      }),
    );
    expect(lines).toEqual([
      expect.stringMatching(/mastodon:network\.region: "toronto" is no region of DigitalOcean; allowed: .*tor1/),
      expect.stringMatching(/mastodon:cdn\.mediaTtl: 61 is not allowed; take one of these, in seconds: 60, 600/),
      expect.stringMatching(
        /mastodon:tailnet\.observer: is not a setting; allowed here: access, .*, observers, operators, .*, sendTests/,
      ),
    ]);
  });

  it("has a heading that says how many and that nothing was changed", () => {
    expect(() => parseSettings(changedProd({ cdn: { mediaTtl: 61 } }))).toThrow(
      "the settings have 1 mistake; nothing was changed:",
    );
  });

  it("tells a mistake between two subjects together with one inside a third", () => {
    const lines = mistakesIn(changedProd({ network: { ipRange: "10.100.0.0/20" }, cdn: { docsTtl: 1 } }));
    expect(lines).toHaveLength(2);
    expect(lines.join("\n")).toContain("kubernetes.clusterSubnet");
  });

  it("names an unknown subject", () => {
    expect(mistakesIn(changedProd({ databse: {} }))[0]).toMatch(
      /mastodon:databse: is not a setting; allowed here: .*database/,
    );
  });

  it("refuses a secret in plain text, shows the command, and does not show the secret", () => {
    const secrets = {
      ...credentials,
      aws: { accessKeyId: "AKIA", secretAccessKey: "hunter2" },
    };
    const lines = mistakesIn(changedProd({ secrets }));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain("is in plain text");
    expect(lines[1]).toContain("pulumi config set --secret --path mastodon:secrets.aws.secretAccessKey");
    expect(lines.join("\n")).not.toContain("hunter2");
  });

  it("names the key of an account without a token", () => {
    const secrets = {
      ...credentials,
      digitalocean: { ...credentials.digitalocean, queues: {} },
    };
    expect(mistakesIn(changedProd({ secrets }))[0]).toMatch(/secrets\.digitalocean\.queues\.token: is missing/);
  });
});

describe("reading a stack file", () => {
  const project = "name: mastodon\nconfig:\n  mastodon:name: { default: base }\n  mastodon:protect: { value: true }\n";

  it("takes the project's defaults, and the stack's values before them", () => {
    expect(readStackFile(project, "config:\n  mastodon:name: own\n")).toEqual({ name: "own", protect: true });
  });

  it("leaves other namespaces out", () => {
    expect(readStackFile("name: mastodon", "config:\n  pulumi:x: 1\n  name: own\n")).toEqual({ name: "own" });
  });

  it("turns an encrypted leaf into a secret that does not print", () => {
    const { secrets } = readStackFile(project, "config:\n  mastodon:secrets: { a: { secure: v1:x:y } }\n");
    expect(JSON.stringify(secrets)).toBe('{"a":"[secret]"}');
    expect(() => new Secret().reveal()).toThrow("without decrypting");
  });
});
