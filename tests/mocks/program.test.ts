import { beforeAll, describe, expect, it } from "vitest";
import { statefulTypes, violations } from "../../policies/rules.ts";
import { outputsSchema } from "../../src/outputs.ts";
import { stackFile, stackNames, withSecrets, type StackName } from "../stacks.ts";
import { recordProgram, type Recorded, type Recording } from "../../src/dump/record.ts";

/** Texts that the mocks and the tests give out as secrets. */
const secretTexts =
  /mock-|do-(main|queues)-token|ts-client-secret|aws-secret-key|BEGIN (EC )?PRIVATE KEY|a{32}|(ab){64}/;

describe.each(stackNames)("the program of %s", (stack: StackName) => {
  let recording: Recording;
  let custom: readonly Recorded[];

  beforeAll(async () => {
    recording = await recordProgram(withSecrets(stackFile(stack)), stack);
    custom = recording.registrations.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"));
  });

  it("gives every resource an explicit provider and a component of ours as parent", () => {
    for (const { type, name, provider, parents } of custom) {
      expect(provider, `${type} ${name}`).toBeDefined();
      expect(parents.at(-1), `${type} ${name}`).toMatch(/^mastodon:[a-z]+:[A-Z]/);
    }
  });

  it("derives each logical name from its component's name", () => {
    const names = new Set(recording.registrations.filter(({ custom }) => !custom).map(({ name }) => name));
    const strays = custom.filter(({ name }) => ![...names].some((component) => name.startsWith(`${component}-`)));
    expect(strays.map(({ name }) => name)).toEqual([]);
  });

  it("registers each logical name of a type once", () => {
    const names = recording.registrations.map(({ type, name }) => `${type} ${name}`);
    expect(names).toHaveLength(new Set(names).size);
  });

  it("protects what holds data, as the settings say", () => {
    const stateful = custom.filter(({ type }) => statefulTypes.has(type));
    expect(stateful.length).toBeGreaterThanOrEqual(12);
    for (const { type, name, protect } of stateful) expect(protect, `${type} ${name}`).toBe(stack !== "local");
  });

  it("breaks no policy", () => {
    const context = { protect: stack !== "local", unprotect: [] };
    const found = custom.flatMap((registration) =>
      violations({ ...registration, hasComponentParent: registration.parents.length > 0 }, context),
    );
    expect(found).toEqual([]);
  });

  it("makes the successor of a certificate or a pool in use before it deletes the old one", () => {
    const used = custom.filter(({ type }) => /:(Certificate|KubernetesNodePool)$/.test(type));
    expect(used.length).toBeGreaterThanOrEqual(4);
    for (const { name, options } of used) expect(options["deleteBeforeReplace"], name).toBe(false);
  });

  it("never takes a database's firewall away, which would let everybody in", () => {
    const firewalls = custom.filter(({ type }) => type.endsWith(":DatabaseFirewall"));
    expect(firewalls).toHaveLength(3);
    for (const { name, options } of firewalls) expect(options["retainOnDelete"], name).toBe(true);
  });

  it("lets the mail login send with the identity and with its configuration set", () => {
    const policy = String(custom.find(({ name }) => name === "mail-policy")?.inputs["policy"]);
    expect(JSON.parse(policy)).toMatchObject({
      Statement: [
        {
          Action: "ses:SendRawEmail",
          Resource: [
            expect.stringMatching(/^arn:aws:ses:.*:identity\//),
            expect.stringMatching(/^arn:aws:ses:.*:configuration-set\//),
          ],
        },
      ],
    });
  });

  it("sends no secret in plain text", () => {
    for (const { type, name, inputs } of recording.registrations) {
      expect(JSON.stringify(inputs), `${type} ${name}`).not.toMatch(secretTexts);
    }
  });

  it("marks the credentials of each provider as secret", () => {
    const providers = recording.registrations.filter(({ type }) => type.startsWith("pulumi:providers:"));
    const inputsOf = (name: string) => providers.find((provider) => provider.name === name)?.inputs;
    expect(inputsOf("digitalocean-main")).toMatchObject({ token: "[secret]", spacesSecretKey: "[secret]" });
    expect(inputsOf("kubernetes")).toMatchObject({ kubeconfig: "[secret]" });
    expect(inputsOf("tailscale")).toMatchObject({ oauthClientSecret: "[secret]" });
    expect(inputsOf("aws-ca-central-1")).toMatchObject({ secretKey: "[secret]" });
  });

  it("changes ConfigMaps and Secrets in place: pods that start meanwhile need them", () => {
    const inputs = recording.registrations.find(({ type }) => type === "pulumi:providers:kubernetes")?.inputs;
    expect(inputs).toMatchObject({ enableConfigMapMutable: "true", enableSecretMutable: "true" });
  });

  it("keeps the outputs' contract, with the kubeconfig and what joins workers as its only secrets", () => {
    expect(outputsSchema.safeParse(recording.outputs).error).toBeUndefined();
    expect(recording.secretOutputs).toEqual(stack === "shop" ? ["kubeconfig", "workers"] : ["kubeconfig"]);
  });
});

describe("the shop's program", () => {
  let registrations: readonly Recorded[];
  beforeAll(async () => {
    ({ registrations } = await recordProgram(withSecrets(stackFile("shop")), "shop"));
  });

  it("puts droplets, their firewall, tag and alarms into the second account, and nothing else", () => {
    const inQueues = registrations.filter(({ provider }) => provider === "digitalocean-queues");
    const types = inQueues.map(({ type }) => type.split(":").at(-1));
    expect([...new Set(types)]).toEqual(["Droplet", "Firewall", "MonitorAlert", "Tag"]);
  });

  it("keeps a worker's tailnet key out of plain user data", () => {
    const droplets = registrations.filter(({ type }) => type.endsWith(":Droplet"));
    expect(droplets.map(({ inputs }) => inputs["userData"])).toEqual(["[secret]", "[secret]"]);
  });

  it("replaces no worker by itself: its key to the tailnet works once", () => {
    const droplets = registrations.filter(({ type }) => type.endsWith(":Droplet"));
    for (const { options } of droplets) expect(options["ignoreChanges"]).toEqual(["userData", "image"]);
  });

  it("runs Sidekiq in the only pool", () => {
    const sidekiq = registrations.find(({ name }) => name === "mastodon-sidekiq-all");
    expect(JSON.stringify(sidekiq?.inputs)).toContain('"mastodon/pool":"web"');
  });
});

describe("the production program", () => {
  it("registers no droplet and no second account", async () => {
    const { registrations } = await recordProgram(withSecrets(stackFile("prod")));
    expect(registrations.filter(({ type }) => /:(Droplet|Firewall)$/.test(type))).toEqual([]);
    expect(registrations.some(({ name }) => name === "digitalocean-queues")).toBe(false);
  });

  it("takes the protection off exactly the resource that `unprotect` names", async () => {
    const raw = { ...withSecrets(stackFile("prod")), unprotect: ["media-bucket"] };
    const { registrations } = await recordProgram(raw);
    const open = registrations.filter(({ type, protect }) => statefulTypes.has(type) && !protect);
    expect(open.map(({ name }) => name)).toEqual(["media-bucket"]);
  });

  it("refuses an `unprotect` that names nothing protected, and lists what could be meant", async () => {
    const raw = { ...withSecrets(stackFile("prod")), unprotect: ["media"] };
    await expect(recordProgram(raw)).rejects.toThrow(/mastodon:unprotect: \["media"\].*allowed: .*media-bucket/);
  });

  it("registers nothing when the settings are wrong", async () => {
    await expect(recordProgram(stackFile("prod"))).rejects.toThrow("the settings have 7 mistakes; nothing was changed");
  });
});
