// Backups as the whole program registers them: on, off, and who gets which key.
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { recipientOf } from "../../components/backups/drill-keys.ts";
import { pushingNamespaces } from "../../components/metrics/pushgateway-address.ts";
import { type Recorded, type Recording, recordProgram } from "../../src/dump/record.ts";
import { isRecord } from "../../src/plain.ts";
import { Secret } from "../../src/secret.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { credentials, stackFile } from "../stacks.ts";

const identity = credentials.backups.drillIdentity.reveal();
const heartbeats = {
  dump: new Secret("https://ping.example/dump"),
  "drill-offsite": new Secret("https://ping.example/drill"),
};

/** The production stack, with other settings of backups. */
function prod(backups: object = {}, secrets: object = {}): RawSettings {
  const raw = stackFile("prod");
  const said = isRecord(raw["backups"]) ? raw["backups"] : {};
  const own = { ...credentials, backups: { ...credentials.backups, heartbeats, ...secrets } };
  return { ...raw, backups: { ...said, ...backups }, secrets: own };
}

const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
  type: z.string().optional(),
  data: z.record(z.string(), z.string()).optional(),
  stringData: z.unknown().optional(),
  spec: z.unknown().optional(),
  rules: z.array(z.object({ resources: z.array(z.string()), verbs: z.array(z.string()) })).optional(),
});

/** Objects of one kind by `namespace/name`. */
function objectsOf({ registrations }: Recording, kind: string): ReadonlyMap<string, z.infer<typeof objectSchema>> {
  const found = registrations.filter(({ type }) => type.endsWith(`:${kind}`));
  const objects = found.map(({ inputs }) => objectSchema.parse(inputs));
  return new Map(objects.map((one) => [`${one.metadata.namespace ?? ""}/${one.metadata.name}`, one]));
}

const isOfBackups = ({ type, parents, name }: Recorded) =>
  [type, ...parents].some((one) => /^mastodon:backups:(Backup|Drill)/.test(one)) || /^(backup|drill)-/.test(name);

const tasks = ["cluster", "dump", "escrow", "media", "offsite", "state", "valkey"].map(
  (task) => `backup/backup-${task}`,
);
const drills = ["drill/drill-backups", "drill/drill-offsite"];

describe("backups that are switched on", () => {
  let on: Recording;
  beforeAll(async () => {
    on = await recordProgram(prod(), "prod");
  });
  const variables = (name: string) => objectsOf(on, "ConfigMap").get(name)?.data ?? {};
  const remotes = (name: string) =>
    Object.keys(variables(name)).flatMap((key) => /^RCLONE_CONFIG_([A-Z]+)_TYPE$/.exec(key)?.[1] ?? []);

  it("run as one CronJob for each task, in the two namespaces that may push metrics", () => {
    const jobs = [...objectsOf(on, "CronJob").keys()].filter((name) => /^(backup|drill)\//.test(name));
    expect(jobs.toSorted()).toEqual([...tasks, ...drills]);
    expect(pushingNamespaces).toEqual(["backup", "drill"]);
    for (const name of jobs) {
      expect(objectsOf(on, "CronJob").get(name)?.spec).toMatchObject({
        concurrencyPolicy: "Forbid",
        timeZone: "Etc/UTC",
      });
      expect(objectsOf(on, "ServiceAccount").has(name)).toBe(true);
    }
  });

  it("are in namespaces that enforce the restricted standard and are shut", () => {
    for (const namespace of ["backup", "drill"]) {
      const { metadata } = objectsOf(on, "Namespace").get(`/${namespace}`) ?? {};
      expect(metadata).toMatchObject({ labels: { "pod-security.kubernetes.io/enforce": "restricted" } });
      const deny = objectsOf(on, "NetworkPolicy").get(`${namespace}/default-deny`)?.spec;
      expect(deny).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    }
  });

  it("reach the private network only where they dump or read Valkey, and never in a drill", () => {
    const network = "10.116.0.0/20";
    const reaching = [...objectsOf(on, "NetworkPolicy")]
      .filter(
        ([name, { spec }]) => /^(backup|drill)\//.test(name) && JSON.stringify(spec).includes(`"cidr":"${network}"`),
      )
      .map(([name]) => name);
    expect(reaching.toSorted()).toEqual(["backup/backup-dump", "backup/backup-valkey"]);
  });

  it("open each bucket with a key that opens no other", () => {
    const keys = on.registrations.filter((one) => one.type.endsWith(":SpacesKey") && isOfBackups(one));
    expect(keys.map(({ inputs }) => [inputs["name"], inputs["grants"]])).toEqual([
      ["social-backup", [{ bucket: "social-example-backups", permission: "readwrite" }]],
      ["social-backup-media", [{ bucket: "social-example-media", permission: "read" }]],
      ["social-drill", [{ bucket: "social-example-backups", permission: "read" }]],
    ]);
  });

  it("hand each task the stores that it needs and no other", () => {
    expect(Object.fromEntries([...tasks, ...drills].map((name) => [name, remotes(name).toSorted()]))).toEqual({
      "backup/backup-cluster": ["BACKUPS"],
      "backup/backup-dump": ["BACKUPS"],
      "backup/backup-escrow": ["BACKUPS"],
      "backup/backup-media": ["BACKUPS", "MEDIA"],
      "backup/backup-offsite": ["BACKUPS", "OFFSITE"],
      "backup/backup-state": ["BACKUPS"],
      "backup/backup-valkey": ["BACKUPS"],
      "drill/drill-backups": ["BACKUPS", "REPORTS"],
      "drill/drill-offsite": ["OFFSITE", "REPORTS"],
    });
  });

  it("give the copy at the other provider a login that can only add, and drills one that can only read", () => {
    const policies = on.registrations.filter(({ type }) => type.endsWith(":UserPolicy"));
    const actions = (name: string) =>
      [...String(policies.find((one) => one.name === name)?.inputs["policy"]).matchAll(/s3:\w+/g)].map(
        ([action]) => action,
      );
    expect(actions("immutable-policy")).toEqual(["s3:PutObject", "s3:AbortMultipartUpload"]);
    expect(actions("drill-logins-drill-policy")).toEqual(["s3:ListBucket", "s3:GetObject"]);
    expect(actions("drill-logins-drill-reports-policy").filter((action) => action.includes("Delete"))).toEqual([]);
    const reports = String(policies.find(({ name }) => name === "drill-logins-drill-reports-policy")?.inputs["policy"]);
    expect(reports).toContain('"Resource":"arn:aws:s3:::social-example-immutable/drills/*"');
  });

  it("keep every secret in Secrets, and the drills' private key in one of their namespace alone", () => {
    const ofBackups = [...objectsOf(on, "Secret")].filter(([name]) => /^(backup|drill)\//.test(name));
    expect(ofBackups.map(([name]) => name).toSorted()).toEqual([...tasks, ...drills, "drill/drill-keys"].toSorted());
    for (const [, { stringData }] of ofBackups) expect(stringData).toBe("[secret]");
    for (const [name, { spec }] of objectsOf(on, "CronJob"))
      expect(JSON.stringify(spec).includes("drill-keys")).toBe(name.startsWith("drill/"));
    const shown = JSON.stringify([on.registrations, on.outputs]);
    for (const secret of [identity, "ping.example", "PRIVATE KEY"]) expect(shown).not.toContain(secret);
  });

  it("close everything for the recipients and for the drills' own key", () => {
    const own = recipientOf(identity);
    for (const namespace of ["backup", "drill"]) {
      const lines = variables(`${namespace}/recipients`)["recipients.txt"]?.trim().split("\n");
      expect(lines).toEqual([...z.array(z.string()).parse(Reflect.get(prod()["escrow"] ?? {}, "recipients")), own]);
    }
  });

  it("read from the addresses that the providers tell", () => {
    expect(variables("backup/backup-offsite")).toMatchObject({
      RCLONE_CONFIG_BACKUPS_ENDPOINT: "https://sfo3.digitaloceanspaces.com",
      RCLONE_CONFIG_OFFSITE_ENDPOINT: expect.stringMatching(/^https:\/\/s3\.[a-z0-9-]+\.amazonaws\.com$/),
      OFFSITE_BUCKET: "social-example-immutable",
      OFFSITE_RENEW_DAYS: "100",
    });
    expect(variables("drill/drill-offsite")["DRILL_REPORTS"]).toBe("REPORTS:social-example-immutable/drills");
  });

  it("let the snapshot of the cluster read no Secret and write nothing", () => {
    const rules = objectsOf(on, "ClusterRole").get("/mastodon-backup-cluster")?.rules ?? [];
    expect(rules.length).toBeGreaterThan(10);
    for (const { resources, verbs } of rules) {
      expect(verbs).toEqual(["get", "list"]);
      expect(resources.filter((one) => one === "secrets" || one === "*")).toEqual([]);
    }
  });

  it("tell other tools what there is, and with which key reports are checked", () => {
    expect(on.outputs["backups"]).toMatchObject({
      jobs: expect.arrayContaining([
        { task: "dump", namespace: "backup", name: "backup-dump", schedule: "17 * * * *" },
      ]),
      copies: [
        {
          copy: "backups",
          bucket: "social-example-backups",
          region: "sfo3",
          endpoint: "https://sfo3.digitaloceanspaces.com",
        },
        { copy: "offsite", bucket: "social-example-immutable", region: "us-east-2" },
      ],
      reports: { folder: "drills", publicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/) },
    });
    expect(on.secretOutputs).not.toContain("backups");
  });
});

describe("backups with a replica and a registry that wants a login", () => {
  it("dump from the replica first, and pull the image with that login", async () => {
    const database = { postgresql: { size: "db-s-6vcpu-16gb", nodes: 2, clientsPerConnection: 2, replica: {} } };
    const recording = await recordProgram({ ...prod({}, { registry: new Secret('{"auths":{}}') }), database }, "prod");
    const variables = objectsOf(recording, "ConfigMap").get("backup/backup-dump")?.data ?? {};
    expect(Object.keys(variables).filter((key) => key.startsWith("PGHOST"))).toEqual(["PGHOST", "PGHOST_STANDBY"]);
    for (const name of [...tasks, ...drills])
      expect(JSON.stringify(objectsOf(recording, "CronJob").get(name)?.spec)).toContain(
        '"imagePullSecrets":[{"name":"registry"}]',
      );
    for (const namespace of ["backup", "drill"])
      expect(objectsOf(recording, "Secret").get(`${namespace}/registry`)).toMatchObject({
        type: "kubernetes.io/dockerconfigjson",
      });
  });
});

describe("backups that are switched off", () => {
  it("leave nothing but the immutable bucket", async () => {
    const off = await recordProgram(prod({ enabled: false }), "prod");
    expect(off.registrations.filter(isOfBackups).map(({ name }) => name)).toEqual([]);
    expect(off.registrations.some(({ type }) => type === "mastodon:backups:ImmutableCopy")).toBe(true);
    expect(off.outputs["backups"]).toEqual({ escrow: expect.objectContaining({ bucket: "social-example-backups" }) });
  });
});
