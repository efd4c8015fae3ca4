// One setting after the other is changed on the running reference stack, and the engine's plan is what an operator expects.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeHome, runLocal, temporaryHome } from "../support/local-cloud.ts";
import { type Changes, planOf, writeSettings } from "../support/plan.ts";

const minutes = 60_000;

/** Protected like production; nothing is destroyed at the end, the whole home goes. */
const base: Changes = { protect: true };

const railsPods = ["default", "federation", "mailers", "pull", "scheduler"].map(
  (group) => `update mastodon-sidekiq-${group}`,
);
const everyCheck = ["assets", "docs", "media", "streaming", "web"];

/** What is changed, the change, and exactly what the engine would do. */
const plans: readonly (readonly [string, Changes, readonly string[]])[] = [
  ["nothing", {}, []],
  // Settings that only plans read.
  ["the account's droplet limit", { "account.dropletLimit": 30 }, []],
  ["a budget that is large enough", { "cost.budget": { monthly: 5000 } }, []],
  ["the mail quota", { "mail.quota": { perSecond: 50 } }, []],
  // Kubernetes.
  ["the cluster's maintenance hour", { "kubernetes.maintenance": { hour: "09:00" } }, ["update kubernetes-cluster"]],
  ["the autoscaler", { "kubernetes.autoscaler": { scaleDownUnneededTime: "15m" } }, ["update kubernetes-cluster"]],
  [
    "the control plane's firewall",
    { "kubernetes.controlPlaneFirewall": { enabled: true, allowedAddresses: ["192.0.2.0/24"] } },
    ["update kubernetes-cluster"],
  ],
  ["the number of system nodes", { "kubernetes.system": { nodes: 3 } }, ["update kubernetes-cluster"]],
  ["a pool's most nodes", { "kubernetes.pools.web.max": 7 }, ["update kubernetes-pool-web"]],
  ["a pool's labels", { "kubernetes.pools.web.labels": { tier: "front" } }, ["update kubernetes-pool-web"]],
  ["a pool's node size", { "kubernetes.pools.web.size": "s-8vcpu-16gb" }, ["replace kubernetes-pool-web"]],
  [
    "one pool more",
    { "kubernetes.pools.batch": { size: "s-2vcpu-4gb", min: 0, max: 2 } },
    ["create kubernetes-pool-batch"],
  ],
  // Databases.
  [
    "PostgreSQL's maintenance day",
    { "database.postgresql.maintenance": { day: "friday" } },
    ["update postgresql-cluster"],
  ],
  ["a larger disk", { "database.postgresql.storageGib": 200 }, ["update postgresql-cluster"]],
  ["one standby more", { "database.postgresql.nodes": 3 }, ["update postgresql-cluster"]],
  [
    "PostgreSQL's major version",
    { "database.postgresql.version": "18" },
    // pg_dump must not be older than the server, nor the server that a drill restores into.
    [
      "replace mastodon-dump-job",
      "update drill-drill-backups",
      "update drill-drill-offsite",
      "update postgresql-cluster",
    ],
  ],
  [
    "a larger database",
    { "database.postgresql.size": "db-s-6vcpu-16gb" },
    ["update alarms-postgresql-load", "update postgresql-cluster"],
  ],
  [
    "a time-out",
    { "database.postgresql.parameters": { idleInTransactionSeconds: 60 } },
    ["update postgresql-parameters"],
  ],
  ["a larger pool", { "database.postgresql.pools": { web: 46 } }, ["replace postgresql-pool-web"]],
  [
    "who else may connect",
    { "database.trustedTags": ["tools"] },
    ["update postgresql-firewall", "update valkey-cache-firewall", "update valkey-queue-firewall"],
  ],
  [
    "a larger Valkey",
    { "database.valkey": { queue: { size: "db-s-2vcpu-4gb", nodes: 2 } } },
    ["update valkey-queue-cluster"],
  ],
  // Storage, CDN, names.
  ["how long old media is kept", { "storage.media.keepDays": 60 }, ["update media-bucket"]],
  [
    "how long a copy is kept",
    { "backups.immutable.keepDays": 120 },
    // What is still needed is put again before it goes.
    ["update backup-backup-offsite-variables", "update immutable-lifecycle"],
  ],
  ["the CDN's time to live", { "cdn.mediaTtl": 3600 }, ["update cdn-media-cdn"]],
  [
    "a record of the operator's own",
    { "dns.extraRecords": { mailbox: { type: "MX", name: "@", value: "mx.example.net", priority: 10 } } },
    ["create records-extra-mailbox"],
  ],
  [
    "no IPv6",
    { "dns.ipv6": false },
    ["delete records-local-ipv6", "delete records-streaming-ipv6", "update mastodon-edge-service"],
  ],
  ["the DMARC policy", { "mail.dmarcPolicy": "reject" }, ["update records-dmarc"]],
  // Watching.
  [
    "the days before a certificate's end",
    { "monitoring.certificateDays": 30 },
    everyCheck.map((check) => `update monitoring-${check}-certificate`),
  ],
  ["a node alarm's threshold", { "monitoring.alarms": { nodes: { cpu: 80 } } }, ["update alarms-nodes-cpu"]],
  [
    "no alarm on latency",
    { "monitoring.latencyMillis": false },
    everyCheck.map((check) => `delete monitoring-${check}-latency`),
  ],
  // The server and the tailnet.
  [
    "web's threads",
    { "mastodon.web.threads": 4 },
    ["replace postgresql-pool-web", "update mastodon-configuration-web-environment", "update mastodon-web"],
  ],
  [
    "the locale",
    { "mastodon.locale": "de" },
    [
      ...["jobs", "sidekiq", "web"].map((process) => `update mastodon-configuration-${process}-environment`),
      ...railsPods,
      "update mastodon-web",
    ],
  ],
  ["who may look on in the tailnet", { "tailnet.observers": ["observer@social.example"] }, ["update tailnet-acl"]],
];

/** What is changed, the change, and what the refusal names. */
const refusals: readonly (readonly [string, Changes, readonly string[]])[] = [
  ["other addresses of the pods", { "kubernetes.clusterSubnet": "10.104.0.0/16" }, ["kubernetes-cluster"]],
  ["another size of the system nodes", { "kubernetes.system": { size: "s-4vcpu-8gb" } }, ["kubernetes-cluster"]],
  [
    "another VPC range",
    { "network.ipRange": "10.120.0.0/20" },
    ["network-vpc", "kubernetes-cluster", "postgresql-cluster", "valkey-queue-cluster"],
  ],
  ["another region", { "network.region": "nyc3" }, ["network-vpc", "kubernetes-cluster", "postgresql-cluster"]],
  ["another database", { "database.postgresql.database": "other" }, ["postgresql-database"]],
  ["another media bucket", { "storage.media.name": "other-media" }, ["media-bucket"]],
  ["media in another region", { "storage.media.region": "sfo2" }, ["media-bucket"]],
  ["another immutable bucket", { "backups.immutable.bucket": "other-immutable" }, ["immutable-bucket"]],
  ["no cache", { "database.valkey.cache": { enabled: false } }, ["valkey-cache-cluster"]],
  ["another name of the server", { name: "other" }, ["mastodon:name"]],
  ["another media host without a move", { "domains.media": "files.social.example" }, ["cdn.mediaMove"]],
  ["an older Kubernetes", { "kubernetes.version": "1.35" }, ["no cluster can go back"]],
];

describe("a change of one setting", () => {
  const home = temporaryHome();
  const settings = join(home, "settings.yaml");
  beforeAll(async () => {
    writeSettings(settings, base);
    const { code, text } = await runLocal(home, "up", "--settings", settings);
    expect(text).toContain("Workloads");
    expect(code).toBe(0);
  }, 5 * minutes);
  afterAll(() => removeHome(home));

  it.each(plans)(
    "plans exactly what follows from %s",
    async (_, changes, steps) => {
      writeSettings(settings, { ...base, ...changes });
      expect(await planOf(home, settings)).toEqual({ steps: steps.toSorted(), errors: "" });
    },
    5 * minutes,
  );

  it.each(refusals)(
    "refuses %s",
    async (_, changes, named) => {
      writeSettings(settings, { ...base, ...changes });
      const { errors } = await planOf(home, settings);
      for (const name of named) expect(errors).toContain(name);
    },
    5 * minutes,
  );

  it(
    "lets a replacement through that the operator names",
    async () => {
      writeSettings(settings, { ...base, "storage.media.name": "other-media", unprotect: ["media-bucket"] });
      const { steps, errors } = await planOf(home, settings);
      expect(errors).toBe("");
      expect(steps).toContain("replace media-bucket");
    },
    5 * minutes,
  );
});
