// Backups' builders: what each task is told, where it writes, which keys follow from which, and what is refused.
import { generateIdentity, identityToRecipient } from "age-encryption";
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { derivedReportKey, isReportKey, recipientOf, reportPublicKey } from "../../components/backups/drill-keys.ts";
import { drillCronJob } from "../../components/backups/drill-pod.ts";
import { environmentOf, type StoreAccess } from "../../components/backups/environment.ts";
import { readingStatements } from "../../components/backups/grants.ts";
import { lifecycleRules } from "../../components/backups/inputs.ts";
import { type BackupJob, backupJobs, drillJobs } from "../../components/backups/jobs.ts";
import { backupCronJob } from "../../components/backups/pod.ts";
import { backupPolicies } from "../../components/backups/policies.ts";
import { effectiveRecipients, exampleRecipients } from "../../components/backups/recipients.ts";
import { scratchOnNode, scratchVolume } from "../../components/backups/scratch.ts";
import { backupsSettingsSchema } from "../../components/backups/settings.ts";
import { backupConnections, backupPods } from "../../src/plans/backups.ts";
import { Secret } from "../../src/secret.ts";
import { credentials, stackFile } from "../stacks.ts";
import { changedProd, mistakesIn } from "../support/mistakes.ts";

const settings = backupsSettingsSchema.parse({});
const store: StoreAccess = {
  provider: "DigitalOcean",
  bucket: "b",
  region: "sfo3",
  endpoint: "https://sfo3.digitaloceanspaces.com",
  accessKeyId: "id",
  secretAccessKey: "secret",
};
const access = {
  stores: { MEDIA: store, BACKUPS: store, OFFSITE: store, REPORTS: { ...store, acl: "bucket-owner-full-control" } },
  database: { host: "h", port: 25_060, name: "mastodon", user: "backup", password: "p" },
  valkeyUrl: "rediss://valkey",
};
const heartbeats = { dump: "https://ping.example/dump" };
const told = (job: BackupJob, options: object = {}) =>
  environmentOf(job, access, {
    server: "social",
    settings,
    escrowRecipients: 2,
    metricsUrl: "http://push:9091",
    heartbeats,
    ...options,
  });
const jobOf = (task: string): BackupJob => {
  const job = [...backupJobs(settings), ...drillJobs(settings)].find((one) => one.task === task);
  if (job === undefined) throw new Error(`no job ${task}`);
  return job;
};
const keysOf = (task: string) => Object.keys(told(jobOf(task)).secrets).toSorted();

const keysOfRemote = (remote: string) => [
  `RCLONE_CONFIG_${remote}_ACCESS_KEY_ID`,
  `RCLONE_CONFIG_${remote}_SECRET_ACCESS_KEY`,
];

const renewedAfter = (keepDays: number) => {
  const kept = { ...settings, immutable: { ...settings.immutable, keepDays } };
  return Number(told(jobOf("offsite"), { settings: kept }).variables["OFFSITE_RENEW_DAYS"]);
};

const madeKey = (type: "ed25519" | "x25519") =>
  type === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("x25519");

const madePem = (type: "ed25519" | "x25519") =>
  String(madeKey(type).privateKey.export({ type: "pkcs8", format: "pem" }));

describe("the environment of a task", () => {
  it("has the secrets that it needs, and those of no other task", () => {
    expect(keysOf("dump")).toEqual(["BACKUP_HEARTBEAT_URL", "PGPASSWORD", ...keysOfRemote("BACKUPS")]);
    expect(keysOf("media")).toEqual([...keysOfRemote("BACKUPS"), ...keysOfRemote("MEDIA")]);
    expect(keysOf("offsite")).toEqual([...keysOfRemote("BACKUPS"), ...keysOfRemote("OFFSITE")]);
    expect(keysOf("valkey")).toEqual([...keysOfRemote("BACKUPS"), "VALKEY_URL"]);
    expect(keysOf("cluster")).toEqual(keysOfRemote("BACKUPS"));
    expect(keysOf("drill-backups")).toEqual([...keysOfRemote("BACKUPS"), ...keysOfRemote("REPORTS")]);
    expect(keysOf("drill-offsite")).toEqual([...keysOfRemote("OFFSITE"), ...keysOfRemote("REPORTS")]);
  });

  it("says nothing of secrets among the variables", () => {
    const names = backupJobs(settings).flatMap((job) => Object.keys(told(job).variables));
    expect(names.filter((name) => /SECRET|PASSWORD|HEARTBEAT|ACCESS_KEY|VALKEY_URL/.test(name))).toEqual([]);
  });

  it("names the Pushgateway only where there is one", () => {
    expect(told(jobOf("dump")).variables).toMatchObject({
      BACKUP_METRICS_URL: "http://push:9091",
      BACKUP_TASK: "dump",
    });
    expect(told(jobOf("dump"), { metricsUrl: undefined }).variables).not.toHaveProperty("BACKUP_METRICS_URL");
  });

  it("puts off-site objects anew before the bucket removes them", () => {
    for (const keepDays of [2, 31, 90, 3650]) expect(renewedAfter(keepDays)).toBeLessThan(keepDays);
    expect(renewedAfter(90)).toBe(60);
  });

  it("tells the drill of a copy without media that there are none", () => {
    const without = { ...settings, offsite: { ...settings.offsite, media: false } };
    expect(told(jobOf("drill-offsite"), { settings: without }).variables).toMatchObject({ DRILL_MEDIA: "none" });
    expect(told(jobOf("drill-backups"), { settings: without }).variables).not.toHaveProperty("DRILL_MEDIA");
    expect(told(jobOf("drill-offsite")).variables).not.toHaveProperty("DRILL_MEDIA");
  });

  it("cannot be made without the key of a store", () => {
    expect(() =>
      environmentOf(
        jobOf("media"),
        { stores: {} },
        { server: "s", settings, escrowRecipients: 0, metricsUrl: undefined, heartbeats: {} },
      ),
    ).toThrow("no key opens the store MEDIA");
  });
});

describe("the pods", () => {
  const options = { image: "backup:1", placement: { nodeSelector: { pool: "sidekiq" }, tolerations: [] } };
  const text = (job: BackupJob) => JSON.stringify(backupCronJob(job, options));

  it("have a token for the API server in the snapshot of the cluster alone", () => {
    const withToken = backupJobs(settings).filter((job) => text(job).includes('"automountServiceAccountToken":true'));
    expect(withToken.map(({ task }) => task)).toEqual(["cluster"]);
  });

  it("write on their node what nodes can spare, and more on a volume of its own", () => {
    expect(scratchVolume("40Gi")).toEqual({ name: "work", emptyDir: { sizeLimit: "40Gi" } });
    expect(scratchOnNode("40Gi")).toEqual({ request: "40Gi", limit: "41Gi" });
    expect(scratchVolume("41Gi")).toMatchObject({
      ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: "41Gi" } } } } },
    });
    expect(scratchOnNode("41Gi")).toEqual({ request: "256Mi", limit: "1Gi" });
  });

  it("of drills have a PostgreSQL that ends with them and listens to nobody else", () => {
    const [drill] = drillJobs(settings);
    if (drill === undefined) throw new Error("no drill");
    const spec = JSON.stringify(drillCronJob(drill, { ...options, postgresqlImage: "postgres:17" }));
    expect(spec).toContain('"restartPolicy":"Always"');
    expect(spec).toContain('"listen_addresses=127.0.0.1"');
    expect(spec).toContain('{"name":"PGHOST","value":"127.0.0.1"}');
    expect(spec).not.toContain("database-ca");
  });

  it("of drills reach neither the database nor Valkey", () => {
    const flows = { vpc: "10.0.0.0/8", databasePorts: [25_060], valkeyPort: 25_061, metrics: true };
    const policies = JSON.stringify(backupPolicies(drillJobs(settings), flows));
    for (const port of [25_060, 25_061]) expect(policies).not.toContain(String(port));
    expect(policies).toContain("9091");
    expect(JSON.stringify(backupPolicies(drillJobs(settings), { ...flows, metrics: false }))).not.toContain("9091");
  });
});

describe("the drills' key", () => {
  it("has the public half that age says it has", async () => {
    for (let time = 0; time < 5; time++) {
      const identity = await generateIdentity();
      expect(recipientOf(identity)).toBe(await identityToRecipient(identity));
    }
  });

  it("is told from what is none", () => {
    const right = credentials.backups.drillIdentity.reveal();
    for (const wrong of [
      "",
      "AGE-SECRET-KEY-1",
      right.slice(0, -1),
      `${right.slice(0, -1)}Q`,
      exampleRecipients[0] ?? "",
    ])
      expect(recipientOf(wrong)).toBeUndefined();
  });

  it("leads to a key that signs, the same each time and another for another identity", async () => {
    const identity = await generateIdentity();
    const pem = derivedReportKey(identity);
    expect(derivedReportKey(identity)).toBe(pem);
    expect(derivedReportKey(await generateIdentity())).not.toBe(pem);
    const report = Buffer.from("report");
    const signature = sign(null, report, createPrivateKey(pem));
    expect(verify(null, report, createPublicKey(reportPublicKey(pem).pem), signature)).toBe(true);
    expect(pem).not.toContain(identity);
  });

  it("may be replaced by an Ed25519 key and no other", () => {
    expect(isReportKey(madePem("ed25519"))).toBe(true);
    expect(isReportKey(madePem("x25519"))).toBe(false);
    expect(isReportKey("no key")).toBe(false);
  });
});

describe("rights and retention", () => {
  it("let the dumping user read what is there and what will come, and nothing else", () => {
    const { administrator, application } = readingStatements("backup");
    expect(administrator.at(-1)).toBe('GRANT mastodon_backup TO "backup"');
    const granted = application.map((statement) => /GRANT (?<rights>[A-Z, ]+) ON/.exec(statement)?.groups?.["rights"]);
    expect(new Set(granted)).toEqual(new Set(["SELECT"]));
    expect(application.filter((statement) => statement.includes("DEFAULT PRIVILEGES"))).toHaveLength(2);
  });

  it("move old copies to cold storage only where that is wanted", () => {
    const immutable = { ...settings.immutable, keepDays: 120 };
    expect(lifecycleRules({ ...immutable, coldAfterDays: 30 })).toMatchObject([
      { transitions: [{ days: 30, storageClass: "GLACIER_IR" }], expiration: { days: 120 } },
    ]);
    expect(JSON.stringify(lifecycleRules(immutable))).not.toContain("transitions");
  });

  it("keeps what another object of the same key hides, which the login that puts can do after the lock has ended", () => {
    const overwritten = { noncurrentVersionExpiration: { noncurrentDays: 45 } };
    expect(lifecycleRules({ ...settings.immutable, lockDays: 45 })).toMatchObject([overwritten]);
  });
});

describe("plans", () => {
  it("count what backups take only where they are on", () => {
    const on = { backups: { ...settings, enabled: true } };
    expect(backupPods({ backups: settings })).toEqual([]);
    expect(backupConnections({ backups: settings })).toBe(0);
    expect(backupConnections(on)).toBe(settings.database.jobs + 2);
    const counted = backupPods(on).filter(({ atPeak }) => atPeak > 0);
    expect(counted.map(({ name }) => name)).toEqual([
      "backup-dump",
      "backup-media",
      "backup-offsite",
      "backup-valkey",
      "drill-backups",
    ]);
  });
});

const secrets = (backups: object) => ({ secrets: { ...credentials, backups } });

describe("settings of backups", () => {
  const identity = credentials.backups.drillIdentity.reveal();
  const own = recipientOf(identity) ?? "";
  const [person = ""] = exampleRecipients;
  const database = { postgresql: { size: "db-s-4vcpu-8gb", nodes: 2, clientsPerConnection: 2 } };
  const escrow = { recipients: [person] };
  const right = { enabled: true, image: "registry.example/backup:1", immutable: {} };
  const lines = (backups: object, more: object = {}) => mistakesIn(changedProd({ backups, database, escrow, ...more }));

  it("are complete with an image, a recipient and the drills' key", () => expect(lines(right)).toEqual([]));

  it("name each thing that is missing, once", () => {
    const found = lines({ enabled: true }, { ...secrets({}), escrow: {} });
    expect(found).toHaveLength(3);
    expect(found.join("\n")).toMatch(
      /backups\.image: is missing.*\n.*escrow\.recipients: \[\] must name.*\n.*secrets\.backups\.drillIdentity: is missing/,
    );
    expect(lines({ enabled: false }, secrets({}))).toEqual([]);
  });

  it("may name other recipients than those of the escrow bundle, which is needed in any case", () => {
    const backups = { recipients: [exampleRecipients[1] ?? ""] };
    expect(effectiveRecipients({ backups, escrow })).toEqual(backups.recipients);
    expect(effectiveRecipients({ backups: { recipients: [] }, escrow })).toEqual(escrow.recipients);
    expect(lines({ ...right, ...backups })).toEqual([]);
    expect(lines({ ...right, ...backups }, { escrow: {} })).toEqual([expect.stringContaining("escrow.recipients: []")]);
  });

  it("refuse the drills' key where people's keys belong, without showing the private half", () => {
    for (const found of [
      lines({ ...right, recipients: [person, own] }),
      lines(right, { escrow: { recipients: [own] } }),
    ]) {
      expect(found).toHaveLength(1);
      expect(found[0]).toContain("is the key of drills");
      expect(found[0]).not.toContain(identity);
    }
  });

  it("refuse a private key with a mistyped character, and one that is none", () => {
    const wrong = `${identity.slice(0, -1)}${identity.endsWith("Q") ? "P" : "Q"}`;
    expect(lines(right, secrets({ drillIdentity: new Secret(wrong) }))).toEqual([
      expect.stringContaining("is no valid age key"),
    ]);
    expect(lines(right, secrets({ drillIdentity: new Secret("secret") }))).toEqual([
      expect.stringContaining("AGE-SECRET-KEY-1 and 58"),
    ]);
  });

  it("refuse a signing key that is not Ed25519", () => {
    const given = { drillIdentity: new Secret(identity), reportKey: new Secret("pem") };
    expect(lines(right, secrets(given))).toEqual([expect.stringContaining("must be an Ed25519 private key as PEM")]);
  });

  it("refuse the example recipients for a name that somebody has", () => {
    const found = lines(right, { domains: { local: "social.test" } });
    expect(found).toEqual([expect.stringContaining("whose private half nobody has")]);
    expect(stackFile("prod")["escrow"]).toMatchObject({ recipients: [...exampleRecipients] });
  });

  it("refuse cold storage that is paid for longer than it is kept", () => {
    expect(lines({ ...right, immutable: { coldAfterDays: 30 } })).toEqual([
      expect.stringContaining("must leave 90 days"),
    ]);
    expect(lines({ ...right, immutable: { coldAfterDays: 30, keepDays: 120 } })).toEqual([]);
  });
});
