import { describe, expect, it } from "vitest";
import { failures, unsafeWays } from "../../components/tailnet/judge.ts";
import { validatePolicy } from "../../components/tailnet/evaluator/validate.ts";
import { intentMatrix } from "../../components/tailnet/intents.ts";
import { kansasCitySchema } from "../../components/backups/kansas-city/settings.ts";
import { gatewayPolicies } from "../../components/tailnet/gateway/policies.ts";
import { serveConfig, toPushgateway } from "../../components/tailnet/gateway/serve.ts";
import { hasGateway } from "../../components/tailnet/gateway/settings.ts";
import { policyText, tailnetPolicy, type Policy } from "../../components/tailnet/policy.ts";
import { tailnetSettingsSchema } from "../../components/tailnet/settings.ts";
import { tags } from "../../components/tailnet/targets.ts";
import { machinesOf } from "../../src/rules/tailnet.ts";
import { parseSettings } from "../../src/settings.ts";
import { stackFile, withSecrets } from "../stacks.ts";

const operators = ["bea@social.example", "al@social.example"];
const workers = ["queue-2", "queue-1"];

function policyOf(changes: object = {}, names: readonly string[] = workers): Policy {
  return tailnetPolicy(
    intentMatrix(tailnetSettingsSchema.parse({ operators, ...changes }), {
      workers: names,
      valkeyCache: false,
      kansasCity: false,
      backupMetrics: false,
    }),
  );
}

const policy = policyOf();
const machineTags = Object.keys(policy.tagOwners).filter((tag) => tag !== tags.stack);

const groups = (group: string): string => `{"tailscale.com/cap/kubernetes":[{"impersonate":{"groups":["${group}"]}}]}`;

describe("the tailnet policy", () => {
  it("has grants and no acls: with neither, Tailscale would allow everything", () => {
    expect(policy.grants.length).toBeGreaterThan(0);
    expect(policy).not.toHaveProperty("acls");
    const nothing = { operators: [], observers: [], moderators: [], ci: [], workers: [], monitoring: [] };
    expect(policyText(policyOf({ access: nothing }), true)).toContain('"grants": []');
  });

  it("is valid, passes its own tests and breaks no safety rule, with and without people, workers and the Kansas City host", () => {
    const matrices = [
      [{}, [], false],
      [{}, workers, false],
      [{ observers: ["cy@social.example"], moderators: ["mo@social.example", "bea@social.example"] }, workers, false],
      [{ access: { worker: { "queue-1": ["valkey"] } } }, workers, true],
      [{ access: { kansasCity: [] } }, [], true],
    ] as const;
    for (const [changes, names, kansasCity] of matrices) {
      const matrix = intentMatrix(tailnetSettingsSchema.parse({ operators, ...changes }), {
        workers: names,
        valkeyCache: true,
        kansasCity,
        backupMetrics: kansasCity,
      });
      const judged = tailnetPolicy(matrix);
      expect([validatePolicy(judged), failures(judged), unsafeWays(judged, matrix, [])]).toEqual([[], [], []]);
    }
  });

  it("names no wildcard", () => expect(policyText(policy, true)).not.toContain('"*"'));

  it("does not depend on the order in which people and workers are written", () => {
    const turned = policyOf({ operators: operators.toReversed() }, workers.toReversed());
    expect(policyText(turned, true)).toBe(policyText(policy, true));
  });

  it("names an owner for each tag: administrators, and the stack that gives tags to its machines", () => {
    const used = policyText(policy, true).match(/tag:[a-z0-9-]+/g) ?? [];
    expect(Object.keys(policy.tagOwners).toSorted()).toEqual([...new Set(used)].toSorted());
    expect(policy.tagOwners["tag:worker-queue-1"]).toEqual(["autogroup:admin", "tag:stack"]);
    expect(policy.tagOwners["tag:stack"]).toEqual(["autogroup:admin"]);
  });

  it("lets workers reach the pool and Valkey through the gateway, and nothing else", () => {
    const src = ["tag:worker-queue-1", "tag:worker-queue-2"];
    expect(policy.grants.filter((grant) => grant.src.includes("tag:worker-queue-1"))).toEqual([
      { src, dst: [tags.gateway], ip: ["tcp:6432"] },
      { src, dst: [tags.gateway], ip: ["tcp:6379"] },
    ]);
  });

  it("opens the cache where it is a Valkey of its own", () => {
    const settings = tailnetSettingsSchema.parse({ operators });
    const { grants } = tailnetPolicy(
      intentMatrix(settings, { workers, valkeyCache: true, kansasCity: false, backupMetrics: false }),
    );
    expect(grants.flatMap(({ ip = [] }) => ip)).toContain("tcp:6380");
    expect(policy.grants.flatMap(({ ip = [] }) => ip)).not.toContain("tcp:6380");
  });

  it("lets the Kansas City host tell the metrics of backups, and reach nothing else", () => {
    const settings = tailnetSettingsSchema.parse({ operators });
    const grantsWith = (backupMetrics: boolean) =>
      tailnetPolicy(intentMatrix(settings, { workers, valkeyCache: true, kansasCity: true, backupMetrics })).grants;
    const from = (backupMetrics: boolean) =>
      grantsWith(backupMetrics).filter(({ src }) => src.includes(tags.kansasCity));
    expect(from(true)).toEqual([{ src: [tags.kansasCity], dst: [tags.gateway], ip: ["tcp:9091"] }]);
    expect(from(false)).toEqual([]);
    expect(JSON.stringify(policy)).not.toContain(tags.kansasCity);
  });

  it("lets one worker reach less than the others", () => {
    const { grants } = policyOf({ access: { worker: { "queue-1": ["valkey"] } } });
    const reached = (worker: string) => grants.filter(({ src }) => src.includes(worker)).flatMap(({ ip = [] }) => ip);
    expect(reached("tag:worker-queue-1")).toEqual(["tcp:6379"]);
    expect(reached("tag:worker-queue-2")).toEqual(["tcp:6432", "tcp:6379"]);
  });

  it("lets operators, and nobody else, on to workers: their ssh rule alone opens no port", () => {
    const logins = policy.grants.filter(({ ip }) => ip?.includes("tcp:22"));
    const dst = ["tag:worker-queue-1", "tag:worker-queue-2"];
    expect(logins).toEqual([{ src: ["group:operators"], dst, ip: ["tcp:22"] }]);
    expect(policy.ssh).toEqual([expect.objectContaining({ src: ["group:operators"], dst })]);
  });

  it("lets the API server's proxy act for a group of each kind, none of Kubernetes' own", () => {
    const acting = policy.grants.filter(({ app }) => app).map(({ src, app }) => [src, JSON.stringify(app)]);
    expect(acting).toEqual([
      [["group:operators"], groups("tailnet:operators")],
      [["tag:ci"], groups("tailnet:ci")],
    ]);
  });

  it("tests that CI reaches the API server, but no database and no machine's ssh", () => {
    const test = policy.tests.find(({ src }) => src === tags.ci);
    expect(test?.accept).toEqual(["tag:kubernetes:443"]);
    expect(test?.deny).toEqual(
      expect.arrayContaining(["tag:gateway:5432", "tag:gateway:6432", "tag:gateway:6379", "tag:worker-queue-1:22"]),
    );
  });

  it("tests each subject and each machine against each place", () => {
    const tcp = policy.tests.filter(({ proto }) => proto === "tcp");
    expect(new Set(tcp.map(({ src }) => src))).toEqual(new Set(["group:operators", ...machineTags]));
    const counts = new Set(tcp.map(({ accept = [], deny = [] }) => accept.length + deny.length));
    expect(counts.size).toBe(1);
  });

  it("tests that each operator is asked for a login on a worker, that root is nobody, and that machines have none", () => {
    const dst = ["tag:worker-queue-1", "tag:worker-queue-2"];
    expect(policy.sshTests).toContainEqual({ src: "al@social.example", dst, check: ["mastodon"], deny: ["root"] });
    const machines = policy.sshTests.filter(({ src }) => src.startsWith("tag:"));
    expect(machines).toHaveLength(machineTags.length);
    for (const { accept, check, deny } of machines)
      expect([accept, check, deny]).toEqual([undefined, undefined, ["mastodon", "root"]]);
  });

  it("allows ssh only after a fresh login and never as root", () => {
    expect(policy.ssh).toEqual([expect.objectContaining({ action: "check", users: ["autogroup:nonroot"] })]);
  });

  it("leaves out a group without members, and tests one with members", () => {
    expect(policy.groups).toEqual({ "group:operators": ["al@social.example", "bea@social.example"] });
    const { groups, tests } = policyOf({ observers: ["cy@social.example"] });
    expect(Object.keys(groups)).toEqual(["group:operators", "group:observers"]);
    const accept = tests.find(({ src }) => src === "group:observers")?.accept;
    expect(accept).toEqual(["tag:worker-queue-1:9394", "tag:worker-queue-2:9394"]);
  });

  it("keeps its tests to itself where they are not to be sent", () => {
    expect(JSON.parse(policyText(policy, true))).toEqual(policy);
    expect(JSON.parse(policyText(policy, false))).not.toHaveProperty("tests");
  });
});

describe("the machines of the settings", () => {
  const declared = parseSettings(withSecrets(stackFile("prod")));
  const copied = { ...declared.backups, enabled: true, kansasCity: kansasCitySchema.parse({}) };
  const machines = (changes: object) => {
    const { kansasCity, backupMetrics } = machinesOf({ ...declared, backups: copied, ...changes });
    return { kansasCity, backupMetrics };
  };
  const { tailnet } = declared;

  it("have the host that pulls the backups while these declare it", () => {
    expect(machines({})).toEqual({ kansasCity: true, backupMetrics: true });
    expect(machines({ backups: declared.backups })).toEqual({ kansasCity: false, backupMetrics: false });
  });

  it.each([
    ["nothing is measured", { metrics: { ...declared.metrics, enabled: false } }],
    ["the cluster makes no backups", { backups: { ...copied, enabled: false } }],
    ["there is no gateway", { tailnet: { ...tailnet, gateway: { ...tailnet.gateway, enabled: false } } }],
    ["access does not let it", { tailnet: { ...tailnet, access: { ...tailnet.access, kansasCity: [] } } }],
  ])("let it tell no metrics where %s", (_, changes) => {
    expect(machines(changes)).toEqual({ kansasCity: true, backupMetrics: false });
  });

  it("bring the gateway for its metrics, without any worker", () => {
    expect(hasGateway(tailnet, { workers: [], backupMetrics: true })).toBe(true);
    expect(hasGateway(tailnet, { workers: [], backupMetrics: false })).toBe(false);
  });
});

const rules = (backupMetrics: boolean) =>
  JSON.stringify(gatewayPolicies("10.116.0.0/20", [25_060], backupMetrics)["tailnet-gateway"]);

describe("the gateway", () => {
  it("leads to where backups leave their metrics only for them", () => {
    const pushgateway = `"app.kubernetes.io/component":"pushgateway"`;
    expect(rules(true)).toContain(pushgateway);
    expect(rules(true)).toContain('{"protocol":"TCP","port":9091}');
    expect(rules(false)).not.toContain(pushgateway);
    expect(JSON.parse(serveConfig([toPushgateway]))).toEqual({
      TCP: { 9091: { TCPForward: "pushgateway.mastodon.svc.cluster.local:9091" } },
    });
  });
});
