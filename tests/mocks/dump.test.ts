import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Properties, ProviderDefinition } from "../../local/providers/contract.ts";
import { provider as aws } from "../../local/providers/aws/index.ts";
import { provider as digitalocean } from "../../local/providers/digitalocean/index.ts";
import { provider as random } from "../../local/providers/random/index.ts";
import { provider as tailscale } from "../../local/providers/tailscale/index.ts";
import { provider as tls } from "../../local/providers/tls/index.ts";
import { answerCall, answerResource } from "../../src/dump/answers/index.ts";
import type { Registration } from "../../src/dump/registration.ts";
import { projectRoot, stackNames } from "../stacks.ts";
import { ProviderUnderTest } from "../support/provider-under-test.ts";
import { secretsIn, withoutEnvelopes } from "../support/secret-envelopes.ts";

const providers: readonly ProviderDefinition[] = [digitalocean, tailscale, aws, random, tls];
const run = promisify(execFile);
const dumpCommand = (...args: string[]) =>
  run(process.execPath, [resolve(projectRoot, "src/dump/main.ts"), ...args], {
    cwd: tmpdir(),
    maxBuffer: 64 * 1024 * 1024,
  });

async function dumped(stack: string): Promise<Registration[]> {
  const { stdout } = await dumpCommand(stack);
  return JSON.parse(stdout);
}

/** What the emulated provider's Check has against a registration; properties that the facts do not know are among it. */
function failures({ type, name, inputs }: Registration): string[] {
  const provider = providers.find((one) => type.startsWith(`${one.package}:`));
  if (provider === undefined) return [];
  const plain: Properties = withoutEnvelopes(inputs);
  const { failures: found } = new ProviderUnderTest(provider).check(type, plain);
  return found.map(({ property, reason }) => `${type} ${name} ${property}: ${reason}`);
}

describe.each(stackNames)("the dump of %s", { timeout: 120_000 }, (stack) => {
  const registrations = dumped(stack);
  const find = async (name: string) => (await registrations).find((one) => one.custom && one.name === name);

  it("is accepted by the Check of every emulated provider, whole", async () => {
    const own = (await registrations).filter(({ type }) => providers.some((one) => type.startsWith(`${one.package}:`)));
    expect(own.length).toBeGreaterThan(60);
    expect(own.flatMap(failures)).toEqual([]);
  });

  it("names a registration wherever it gives a URN", async () => {
    const urns = new Set((await registrations).map(({ urn }) => urn));
    expect(urns.size).toBe((await registrations).length);
    for (const { urn, parent, provider, propertyDependencies, options } of await registrations) {
      const named = [parent, provider, options.deletedWith, ...(options.dependsOn ?? [])];
      const all = [...named, ...Object.values(propertyDependencies ?? {}).flat()].filter((one) => one !== undefined);
      expect(
        all.filter((one) => !urns.has(one)),
        urn,
      ).toEqual([]);
    }
  });

  it("leaves no value open", async () => {
    for (const { urn, inputs } of await registrations) {
      const text = JSON.stringify(inputs);
      expect(text, urn).not.toMatch(/undefined|NaN|\[object |\[secret\]|Calling \[toString\]/);
      // A missing value, alone or written into a text; a script may well speak of /dev/null.
      expect(text, urn).not.toMatch(/[:[,]null[,}\]]|"null"/);
    }
  });

  it("marks credentials as secrets, with texts of the right form", async () => {
    expect(secretsIn((await find("digitalocean-main"))?.inputs)).toEqual([
      "spacesAccessId: DO000000000000000000",
      `spacesSecretKey: ${"0".repeat(40)}`,
      `token: dop_v1_${"0".repeat(64)}`,
    ]);
    expect(secretsIn((await find("kubernetes"))?.inputs)).toEqual([expect.stringMatching(/^kubeconfig: /)]);
  });

  it("keeps the options that decide what a change does", async () => {
    expect((await find("media-bucket"))?.options).toMatchObject({ replaceOnChanges: ["name"] });
    expect((await find("media-bucket"))?.options.protect).toBe(stack === "local" ? undefined : true);
    expect((await find("kubernetes-pool-web"))?.options.ignoreChanges).toContain("nodeCount");
    expect((await find("postgresql-firewall"))?.options.retainOnDelete).toBe(true);
    expect((await find("media-cors"))?.options.deletedWith).toMatch(/::media-bucket$/);
  });
});

describe("the dump command", { timeout: 120_000 }, () => {
  it("refuses a stack that there is not, and names those that there are", async () => {
    await expect(dumpCommand("staging")).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/no stack "staging"; known are .*prod.*--settings FILE/),
    });
  });

  it("takes any settings file, and reports all mistakes in it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mastodon-dump-"));
    const file = join(folder, "mine.yaml");
    try {
      writeFileSync(file, "config:\n  mastodon:name: other\n  mastodon:colour: blue\n  mastodon:protect: maybe\n");
      await expect(dumpCommand("--settings", file)).rejects.toMatchObject({
        stdout: "",
        stderr: expect.stringMatching(/mastodon:colour: is not a setting[^]*mastodon:protect: "maybe"/),
      });
      await expect(dumpCommand("--settings", file)).rejects.toMatchObject({
        stderr: expect.not.stringContaining("mastodon:secrets"),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("gives every kind of secret a text that the settings take, whether it is missing or encrypted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mastodon-dump-"));
    const file = join(folder, "mine.yaml");
    const sealed = { secure: "v1:nobody-can-read-this" };
    const settings = {
      "mastodon:name": "other",
      "mastodon:domains": { local: "other.example", web: "www.other.example" },
      "mastodon:certificates": { kind: "uploaded" },
      "mastodon:tailnet": { operators: ["operator@other.example"] },
      "mastodon:monitoring": { emails: ["alerts@other.example"], slack: { ops: { channel: "#ops" } } },
      "mastodon:database": { postgresql: { size: "db-s-6vcpu-16gb" } },
      "mastodon:workers": { one: { account: "queues", size: "c-2", queues: ["default"], threads: 1 } },
      "mastodon:secrets": {
        digitalocean: { main: { token: sealed } },
        certificates: { edge: { certificate: sealed, chain: sealed, privateKey: sealed } },
        mastodon: { secretKeyBase: sealed, vapid: { privateKey: sealed, publicKey: sealed } },
      },
    };
    try {
      writeFileSync(file, JSON.stringify({ config: settings }));
      const { stdout, stderr } = await dumpCommand("--settings", file);
      expect(stdout).not.toContain("nobody-can-read-this");
      expect(stderr).not.toContain("mistake");
      const registrations: Registration[] = JSON.parse(stdout);
      expect(registrations.flatMap(failures)).toEqual([]);
      expect((await dumpCommand("--settings", file)).stdout).toBe(stdout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("explains itself", async () => {
    expect((await dumpCommand("--help")).stdout).toContain("npm run -s dump -- <stack>");
  });
});

describe("the answers in place of the clouds", () => {
  it.each(providers.flatMap((provider) => provider.tokens()))("know what %s is called", (type) => {
    const inputs = { name: "n", bucket: "b", key: "k", length: 8, byteLength: 8, clusterId: "c" };
    const given = {
      ...inputs,
      project: "p",
      domain: "d.example",
      emailIdentity: "d.example",
      configurationSetName: "s",
    };
    const more = {
      certificateArn: "arn",
      arn: "arn",
      queueUrl: "url",
      ipAddress: "203.0.113.1",
      min: 1,
      inputs: ["a"],
    };
    const answer = answerResource({ type, name: "it", inputs: { ...given, ...more }, custom: true });
    expect(answer.id).toMatch(/./);
  });

  it("know no type and no call that nobody thought of", () => {
    const unknown = { name: "it", inputs: {}, custom: true };
    expect(() => answerResource({ ...unknown, type: "digitalocean:index/teapot:Teapot" })).toThrow(
      /Teapot \(it\).*add Teapot/,
    );
    expect(() => answerCall({ token: "aws:ec2/getTeapot:getTeapot", inputs: {} })).toThrow(/getTeapot/);
  });
});
