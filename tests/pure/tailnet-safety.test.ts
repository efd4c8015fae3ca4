import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeSettings, settingsPolicy } from "../../components/tailnet/judge.ts";
import { safetyRules } from "../../components/tailnet/safety/rules.ts";
import { tailnetSettingsSchema, type TailnetSettings } from "../../components/tailnet/settings.ts";
import { type Machines, targetNames } from "../../components/tailnet/targets.ts";
import { parseSettings, SettingsError } from "../../src/settings.ts";
import { projectRoot, stackFile, withSecrets } from "../stacks.ts";

const machines: Machines = {
  workers: ["queue-1", "queue-2"],
  valkeyCache: false,
  kansasCity: false,
  backupMetrics: false,
};

/** The same with the host that pulls the backups. */
const withCopy: Machines = { ...machines, kansasCity: true, backupMetrics: true };
const networks = [{ path: "network.ipRange", range: "10.116.0.0/20" }];
const person = "bea@social.example";

function settings(changes: object = {}): TailnetSettings {
  return tailnetSettingsSchema.parse({ operators: [person], ...changes });
}

/** The problems of these settings, one text for each. */
function problems(changes: object, there: Machines = machines): string[] {
  return judgeSettings(settings(changes), there, networks).map(({ path, message }) => `${path}: ${message}`);
}

const byHand = (extra: object): string[] => problems({ extraPolicy: JSON.stringify(extra) });
const masters = { "tailscale.com/cap/kubernetes": [{ impersonate: { groups: ["system:masters"] } }] };

describe("a hole in the tailnet policy is refused", () => {
  it.each([
    [
      "CI on the database",
      { ci: ["kubernetes", "database"] },
      "ci",
      /ci-without-data: tag:ci would reach tag:gateway on tcp 6432/,
    ],
    ["CI on Valkey", { ci: ["valkey"] }, "ci", /ci-without-data: tag:ci would reach tag:gateway on tcp 6379/],
    [
      "a worker on another",
      { worker: { "queue-1": ["metrics"] } },
      "worker.queue-1",
      /workers-apart: tag:worker-queue-1 would reach tag:worker-queue-1 on tcp 9394/,
    ],
    [
      "a machine that logs in",
      { monitoring: ["ssh"] },
      "monitoring",
      /logins-are-checked: tag:monitoring .* though a machine cannot be asked/,
    ],
  ])("by settings: %s", (_, access, path, message) => {
    const [first] = problems({ access });
    expect(first).toMatch(message);
    expect(first).toContain(`tailnet.access.${path}: breaks the rule `);
  });

  const aroundTheCopy: [string, object, RegExp][] = [
    [
      "a worker on the copy, by settings",
      { access: { workers: ["kansas-city"] } },
      /access\.workers: breaks the rule copy-apart: tag:worker-queue-1 would reach tag:kansas-city on tcp 22/,
    ],
    [
      "the copy on the database, by settings",
      { access: { kansasCity: ["database"] } },
      /access\.kansasCity: breaks the rule copy-apart: tag:kansas-city would reach tag:gateway on tcp 6432/,
    ],
    [
      "the copy on Kubernetes, by settings",
      { access: { kansasCity: ["kubernetes"] } },
      /access\.kansasCity: breaks the rule copy-apart: tag:kansas-city would reach tag:kubernetes on tcp 443/,
    ],
    ...["tag:worker-queue-2", "tag:gateway", "tag:kubernetes", "autogroup:tagged"].map(
      (from): [string, object, RegExp] => [
        `${from} on the copy, by hand`,
        { extraPolicy: JSON.stringify({ grants: [{ src: [from], dst: ["tag:kansas-city"], ip: ["udp:53"] }] }) },
        /(copy-apart|ci-without-data): tag:\S+ would reach tag:kansas-city on udp 53/,
      ],
    ),
    [
      "the copy on a worker, by hand",
      {
        extraPolicy: JSON.stringify({
          grants: [{ src: ["tag:kansas-city"], dst: ["tag:worker-queue-1"], ip: ["tcp:22"] }],
        }),
      },
      /extraPolicy\.grants\[0\]: breaks the rule copy-apart: tag:kansas-city would reach tag:worker-queue-1/,
    ],
  ];

  it.each(aroundTheCopy)("%s", (_, changes, message) => {
    expect(problems(changes, withCopy)).toContainEqual(expect.stringMatching(message));
  });

  it.each([
    ["CI on the database", { src: ["tag:ci"], dst: ["tag:gateway"], ip: ["6432"] }, /ci-without-data/],
    [
      "CI on any port, as one of all machines",
      { src: ["autogroup:tagged"], dst: ["tag:gateway"], ip: ["udp:53"] },
      /ci-without-data/,
    ],
    [
      "everybody on everything",
      { src: ["*"], dst: ["*"], ip: ["*"] },
      /ci-without-data: tag:ci would reach tag:gateway on every protocol 0-65535/,
    ],
    [
      "a worker on another",
      { src: ["tag:worker-queue-1"], dst: ["tag:worker-queue-2"], ip: ["tcp:3000"] },
      /workers-apart: tag:worker-queue-1 would reach tag:worker-queue-2 on tcp 3000/,
    ],
    [
      "masters of Kubernetes",
      { src: [person], dst: ["tag:kubernetes"], app: masters },
      /nobody-masters-kubernetes: bea@social.example would act in Kubernetes as system:masters/,
    ],
    [
      "masters for nobody yet",
      { src: ["autogroup:admin"], dst: ["tag:kubernetes"], app: masters },
      /nobody-masters-kubernetes/,
    ],
    [
      "another group in Kubernetes",
      {
        src: ["tag:ci"],
        dst: ["tag:kubernetes"],
        app: { "tailscale.com/cap/kubernetes": [{ impersonate: { groups: ["tailnet:operators"] } }] },
      },
      /only-intended-capabilities: tag:ci would have/,
    ],
    [
      "an administrator whom no setting names",
      { src: ["autogroup:admin"], dst: ["tag:gateway"], ip: ["tcp:6432"] },
      /only-intended-ways: stranger@\S+ would reach tag:gateway/,
    ],
    [
      "a whole domain",
      { src: ["user:*@social.example"], dst: ["tag:gateway"], ip: ["tcp:6432"] },
      /only-intended-ways: stranger@social\.example/,
    ],
    ["one port more", { src: [person], dst: ["tag:gateway"], ip: ["tcp:5432"] }, /only-intended-ways/],
    ["an address", { src: ["100.101.102.103"], dst: ["tag:gateway"], ip: ["tcp:6432"] }, /devices-have-names/],
    [
      "the network behind the gateway",
      { src: ["tag:ci"], dst: ["10.0.0.0/8"], ip: ["tcp:5432"] },
      /networks-stay-closed: 10\.0\.0\.0\/8 lies in network\.ipRange/,
    ],
  ])("by hand: %s", (_, grant, message) => {
    const [first] = byHand({ grants: [grant] });
    expect(first).toMatch(message);
    expect(first).toMatch(/^tailnet\.extraPolicy\.grants\[0\]/);
  });

  it.each([
    [
      "without being asked",
      { action: "accept", src: [person], dst: ["tag:worker-queue-1"], users: ["deploy"] },
      /logins-are-checked.* as deploy, without being asked/,
    ],
    [
      "without being asked, on own devices",
      { action: "accept", src: ["autogroup:member"], dst: ["autogroup:self"], users: ["autogroup:nonroot"] },
      /logins-are-checked/,
    ],
    [
      "asked once a week",
      { action: "check", checkPeriod: "168h", src: [person], dst: ["tag:worker-queue-1"], users: ["deploy"] },
      /asked again after 168 hours/,
    ],
    [
      "as root",
      { action: "check", src: [person], dst: ["tag:worker-queue-1"], users: ["root"] },
      /only-intended-logins.* as root, which nobody may/,
    ],
    [
      "on the gateway",
      { action: "check", src: [person], dst: ["tag:gateway"], users: ["autogroup:nonroot"] },
      /only-intended-logins.* on tag:gateway/,
    ],
  ])("by hand: ssh %s", (_, rule, message) => {
    const [first] = byHand({ ssh: [rule] });
    expect(first).toMatch(message);
    expect(first).toMatch(/^tailnet\.extraPolicy\.ssh\[0\]/);
  });

  it("by hand: a machine that is shown to the internet", () => {
    expect(byHand({ nodeAttrs: [{ target: ["tag:gateway"], attr: ["funnel"] }] })).toEqual([
      expect.stringContaining("tailnet.extraPolicy.nodeAttrs[0]: breaks the rule nothing-published: tag:gateway"),
    ]);
  });

  it("by hand: a generated name with another meaning", () => {
    expect(
      byHand({ groups: { "group:operators": ["eve@social.example"] }, tagOwners: { "tag:ci": [person] } }),
    ).toEqual([
      'tailnet.extraPolicy.groups["group:operators"]: is generated from the settings; take another name',
      'tailnet.extraPolicy.tagOwners["tag:ci"]: is generated from the settings; take another name',
    ]);
  });
});

describe("the handbook", () => {
  it("explains each safety rule, and no other", () => {
    const page = readFileSync(resolve(projectRoot, "docs/tailnet.md"), "utf8");
    const [, refused = ""] = page.split("\n## What is refused\n");
    const rows = [...refused.matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm)].flatMap(([, names = ""]) =>
      names.split(", "),
    );
    const explained = rows.map((name) => name.replaceAll("`", ""));
    expect(new Set(explained)).toEqual(new Set(["has-grants", ...Object.keys(safetyRules)]));
  });
});

describe("hand-written parts", () => {
  it("may hold comments and trailing commas, and open what is none of this stack's", () => {
    const extraPolicy = `{
      // The family's disks.
      "tagOwners": { "tag:disks": ["autogroup:admin"] },
      "grants": [{ "src": ["group:operators", "kim@home.example"], "dst": ["tag:disks"], "ip": ["tcp:445"] },],
      "tests": [{ "src": "kim@home.example", "accept": ["tag:disks:445"], "deny": ["tag:gateway:6432"] }],
    }`;
    expect(problems({ extraPolicy })).toEqual([]);
    const { grants, tagOwners } = settingsPolicy(settings({ extraPolicy }), machines);
    expect(grants.at(-1)?.dst).toEqual(["tag:disks"]);
    expect(Object.keys(tagOwners)).toEqual(expect.arrayContaining(["tag:disks", "tag:ci"]));
  });

  it.each([
    ['{ "grants": [', /^tailnet\.extraPolicy: must be HuJSON; line 1/],
    ['{ "acls": [] }', /^tailnet\.extraPolicy: .*acls.* allowed: grants, groups/],
    [
      '{ "grants": [{ "src": "tag:ci", "dst": ["tag:ci"] }] }',
      /^tailnet\.extraPolicy\.grants\[0\]\.src: must be a list$/,
    ],
    [
      '{ "grants": [{ "src": ["tag:nobody"], "dst": ["tag:ci"], "ip": ["22"] }] }',
      /grants\[0\]\.src\[0\]: src=tag not found: "tag:nobody"/,
    ],
    ['{ "grants": [{ "src": ["tag:ci"], "dst": ["tag:ci"] }] }', /grants\[0\]: ip and app can not both be empty/],
    [
      '{ "tests": [{ "src": "tag:ci", "accept": ["tag:gateway:6432"] }] }',
      /tests\[0\]\.accept\[0\]: fails: tag:ci does not reach tag:gateway:6432/,
    ],
  ])("are refused as %s", (extraPolicy, message) => {
    expect(problems({ extraPolicy })).toEqual([expect.stringMatching(message)]);
  });
});

describe("whatever the settings say", () => {
  const reach = fc.subarray([...targetNames]);
  const access = fc.record({
    operators: reach,
    moderators: reach,
    observers: reach,
    ci: reach,
    workers: reach,
    monitoring: reach,
    kansasCity: reach,
  });

  it("either nobody gets more than they say and no rule is broken, or a setting is named", () => {
    fc.assert(
      fc.property(access, fc.boolean(), (chosen, kansasCity) => {
        const changes = {
          access: chosen,
          observers: ["cy@social.example"],
          moderators: ["mo@social.example"],
        };
        const found = judgeSettings(settings(changes), kansasCity ? withCopy : machines, networks);
        const host = kansasCity ? ["kansas-city"] : [];
        const hosts = [chosen.ci, chosen.monitoring, chosen.workers];
        const allowed = kansasCity ? ["backup-metrics"] : targetNames;
        const isUnsafe =
          chosen.ci.some(
            (name) =>
              ["database", "valkey", ...host].includes(name) ||
              (["metrics", "backup-metrics"].includes(name) && kansasCity),
          ) ||
          chosen.workers.some((name) => ["metrics", "ssh"].includes(name)) ||
          chosen.kansasCity.some((name) => !allowed.includes(name)) ||
          hosts.some((names) => names.some((name) => ["ssh", ...host].includes(name)));
        expect(found.length > 0).toBe(isUnsafe);
        for (const { path, message } of found) {
          expect(path).toMatch(/^tailnet\.access\.(ci|workers|monitoring|kansasCity)$/);
          expect(message).toMatch(/^breaks the rule [a-z-]+: /);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("a hand-written grant towards our machines is refused unless the matrix says the same", () => {
    const names = [
      "tag:ci",
      "tag:gateway",
      "tag:kubernetes",
      "tag:worker-queue-1",
      "tag:worker-queue-2",
      "tag:monitoring",
    ];
    const source = fc.constantFrom(
      ...names,
      "group:operators",
      person,
      "*",
      "autogroup:member",
      "autogroup:tagged",
      "kim@home.example",
    );
    const port = fc.constantFrom("*", "tcp:443", "tcp:6432", "6432", "tcp:22", "udp:443", "tcp:1-65535");
    fc.assert(
      fc.property(source, fc.constantFrom(...names), port, (from, to, ip) => {
        const found = byHand({ grants: [{ src: [from], dst: [to], ip: [ip] }] });
        const generated = settingsPolicy(settings(), machines).grants;
        const who = from === person ? "group:operators" : from;
        const isIntended = generated.some(
          (grant) => grant.src.includes(who) && grant.dst.includes(to) && grant.ip?.includes(ip),
        );
        expect(found.length === 0).toBe(isIntended);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the stack's settings", () => {
  const shop = withSecrets(stackFile("shop"));
  const refusal = (tailnet: object): string => {
    try {
      parseSettings({ ...shop, tailnet: { operators: [person], ...tailnet } });
      return "";
    } catch (error) {
      if (error instanceof SettingsError) return error.message;
      throw error;
    }
  };

  it("are refused with the rule and the way, before anything is registered", () => {
    expect(refusal({})).toBe("");
    expect(refusal({ access: { ci: ["database"] } })).toMatch(
      /mastodon:tailnet\.access\.ci: breaks the rule ci-without-data: tag:ci would reach tag:gateway on tcp 6432/,
    );
  });

  it("say what one worker may reach of a worker that there is", () => {
    expect(refusal({ access: { worker: { "queue-9": [] } } })).toMatch(
      /mastodon:tailnet\.access\.worker\.queue-9: names no worker; allowed: queue-1, queue-2/,
    );
  });
});
