// What a restore plans, from what is asked, what the state has and what copies hold; and what it refuses.
import { Encrypter, generateIdentity, identityToRecipient, armor } from "age-encryption";
import { describe, expect, it } from "vitest";
import { type SavedResource, readState, without } from "../../src/restore/deployment.ts";
import { ageOf, backupsIn, sizeText } from "../../src/restore/copies.ts";
import { inRegion, postgresqlOf } from "../../src/restore/lost.ts";
import { freeRange } from "../../src/restore/move-steps.ts";
import { mediaAcl, mediaCopy, mediaCopyAccess } from "../../src/restore/media-access.ts";
import { restoreMediaObject } from "../../src/restore/media.ts";
import { type Action, makePlan, type Plan, type Situation } from "../../src/restore/plan.ts";
import { settingIn } from "../../src/restore/pulumi.ts";
import { readRequest } from "../../src/restore/request.ts";
import { giveKeys, openBundle } from "../../src/restore/secrets.ts";
import { stampOf, timeOf } from "../../src/restore/stamp.ts";
import { backupLines, planText } from "../../src/restore/text.ts";
import { parseSettings } from "../../src/settings.ts";
import { stackFile, withSecrets } from "../stacks.ts";
import { finishedBackup } from "../support/restore/backups.ts";

const now = new Date("2026-11-23T15:30:00Z");
const urnOf = (type: string, name: string): string => `urn:pulumi:prod::mastodon::${type}::${name}`;

function resource(type: string, name: string, more: Partial<SavedResource> = {}): SavedResource {
  return { urn: urnOf(type, name), type, id: `${name}-id`, outputs: {}, inputs: {}, ...more };
}

const digitalocean = (kind: string): string => `digitalocean:index/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`;
const cluster = resource(digitalocean("KubernetesCluster"), "kubernetes-cluster", {
  outputs: { region: "tor1", name: "social" },
});
const provider = resource("pulumi:providers:kubernetes", "kubernetes", { dependencies: [cluster.urn] });
const database = resource(digitalocean("DatabaseCluster"), "postgresql-cluster", {
  outputs: { region: "tor1", name: "social-postgresql", engine: "pg" },
});
const state = {
  version: 3,
  deployment: {
    resources: [
      resource("pulumi:pulumi:Stack", "mastodon-prod"),
      cluster,
      provider,
      resource("kubernetes:apps/v1:Deployment", "mastodon-web", { provider: `${provider.urn}::kubernetes-id` }),
      database,
      resource(digitalocean("DatabaseUser"), "postgresql-user", { inputs: { clusterId: "postgresql-cluster-id" } }),
      resource(digitalocean("DatabaseReplica"), "postgresql-replica-server", {
        inputs: { clusterId: "postgresql-cluster-id" },
        outputs: { uuid: "replica-uuid", region: "tor1" },
      }),
      resource(digitalocean("DatabaseFirewall"), "postgresql-replica-firewall", {
        inputs: { clusterId: "replica-uuid" },
      }),
      resource(digitalocean("DatabaseCluster"), "valkey-queue-cluster", {
        outputs: { region: "tor1", name: "social-valkey" },
      }),
      resource(digitalocean("SpacesBucket"), "media-bucket", { outputs: { region: "nyc3" } }),
      resource(digitalocean("DnsRecord"), "dns-web", { dependencies: [cluster.urn], deletedWith: cluster.urn }),
      resource("aws:s3/bucket:Bucket", "immutable-bucket", { outputs: { region: "us-east-2" } }),
    ],
  },
};

const settings = parseSettings(withSecrets(stackFile("prod")));
const situation: Situation = {
  stack: "prod",
  settings,
  state,
  backups: [finishedBackup("20261123T120000Z", "social")],
  now,
};
const plan = (given: Parameters<typeof readRequest>[0], changed: Partial<Situation> = {}): Plan =>
  makePlan({ ...situation, ...changed }, readRequest(given, now));
const actionsOf = ({ steps }: Plan): Action[] => steps.flatMap(({ actions }) => actions);
const setsOf = (made: Plan): Record<string, string>[] =>
  actionsOf(made).flatMap((action) => (action.kind === "set" ? [{ [action.path]: action.value }] : []));
const names = (urns: ReadonlySet<string>): string[] => [...urns].map((urn) => urn.split("::").at(-1) ?? "").toSorted();

describe("what a restore is asked for", () => {
  it("is the database from the newest backup, unless something else is said", () => {
    expect(readRequest({}, now)).toMatchObject({ source: { kind: "backups", backup: undefined }, region: undefined });
    expect([...readRequest({}, now).only]).toEqual(["database"]);
    expect([...readRequest({ region: "nyc1" }, now).only]).toEqual(["database", "dns"]);
    expect([...readRequest({ "media-key": "a/b.png" }, now).only]).toEqual(["media"]);
    expect(readRequest({ at: "2026-11-23T15:00:00Z" }, now).source).toEqual({
      kind: "point-in-time",
      at: "2026-11-23T15:00:00Z",
    });
    expect(readRequest({ from: "./copy" }, now).source).toMatchObject({ kind: "folder", folder: "./copy" });
  });

  it.each([
    [{ from: "mars" }, "--from mars: must be point-in-time, backups, offsite"],
    [{ from: "kansas-city" }, "take --from FOLDER"],
    [{ from: "point-in-time" }, "say with --at which"],
    [{ from: "offsite", at: "2026-11-23T15:00:00Z" }, "take --from point-in-time"],
    [{ at: "2026-11-23T15:00:00Z", backup: "20261123T120000Z" }, "not both"],
    [{ at: "yesterday" }, "must be a time in UTC"],
    [{ at: "2026-11-23T16:00:00Z" }, "is not over yet"],
    [{ at: "2026-11-15T15:00:00Z" }, "keeps 7 days"],
    [{ backup: "newest" }, "must be a backup's name"],
    [{ only: "database,dreams" }, "dreams is none of secrets, database, media, dns"],
    [{ region: "atl1" }, "has no Kubernetes"],
  ])("is refused with what is allowed: %j", (given, message) => {
    expect(() => readRequest(given, now)).toThrow(message);
  });
});

describe("a restore from a backup", () => {
  it("stops the server before, fills a new cluster while nothing runs, and starts it last", () => {
    const made = plan({});
    const told = actionsOf(made).map((action) =>
      action.kind === "set" ? `${action.path}=${action.value}` : action.kind,
    );
    expect(told).toEqual([
      "save-state",
      "mastodon.stopped=true",
      "up",
      "set-aside",
      "mastodon.stopped=true",
      "database.postgresql.name=social-postgresql-20261123t1530",
      "up",
      "restore-job",
      "mastodon.stopped=false",
      "up",
      "person",
      "person",
    ]);
    expect(made.lost).toEqual([
      expect.stringContaining("210 min since 20261123T120000Z".replace("210 min", "3 h 30 min")),
    ]);
  });

  it("sets nothing aside but the database with what is in it", () => {
    expect(names(postgresqlOf(state))).toEqual([
      "postgresql-cluster",
      "postgresql-replica-firewall",
      "postgresql-replica-server",
      "postgresql-user",
    ]);
  });

  it("says that workers outside must be stopped, and what is billed further", () => {
    const worker = { where: "droplet", account: "main", queues: ["push"], threads: 5 };
    const raw = { ...withSecrets(stackFile("prod")), workers: { home: worker } };
    const text = planText(plan({}, { settings: parseSettings(raw) }));
    expect(text).toContain("Stop the queue workers outside the cluster");
    expect(text).toContain("DatabaseCluster social-postgresql (postgresql-cluster-id)");
  });

  it.each<[Parameters<typeof readRequest>[0], Partial<Situation>, string]>([
    [{}, { backups: [] }, "holds no finished backup"],
    [{ backup: "20261122T120000Z" }, {}, "is not there; there are 20261123T120000Z"],
    [{}, { backups: [finishedBackup("20261123T120000Z", "shop")] }, "is of the server shop, and this one is social"],
    [{}, { state: { ...state, deployment: { resources: [] } } }, "the state has no PostgreSQL cluster"],
    [{ only: "secrets" }, {}, "needs --identity FILE"],
    [{ region: "nyc1", only: "dns" }, {}, "leave `database` in --only"],
    [{ region: "tor1" }, {}, "the server is there already"],
  ])("is refused where it cannot be: %j", (given, changed, message) => {
    expect(() => plan(given, changed)).toThrow(message);
  });
});

describe("a restore to a point in time", () => {
  const at = "2026-11-23T15:00:00Z";

  it("makes the cluster as the platform's copy of the old one, and restores no backup", () => {
    const made = plan({ at });
    expect(setsOf(made)).toContainEqual({ "database.postgresql.restoredFrom.cluster": "social-postgresql" });
    expect(setsOf(made)).toContainEqual({ "database.postgresql.restoredFrom.at": at });
    expect(actionsOf(made).some(({ kind }) => kind === "restore-job")).toBe(false);
    expect(made.lost).toEqual([`everything that people wrote since ${at}`]);
  });

  it("takes the mark of a copy away where the next one is none", () => {
    const raw = withSecrets(stackFile("prod"));
    const copied = parseSettings({
      ...raw,
      database: { postgresql: { size: "db-s-6vcpu-16gb", restoredFrom: { cluster: "social-postgresql", at } } },
    });
    const made = plan({}, { settings: copied });
    expect(actionsOf(made)).toContainEqual({ kind: "unset", path: "database.postgresql.restoredFrom" });
  });
});

describe("a move out of a lost region", () => {
  it("sets aside what stands there and in its cluster, and nothing else", () => {
    expect(names(inRegion(state, "tor1"))).toEqual([
      "kubernetes",
      "kubernetes-cluster",
      "mastodon-web",
      "postgresql-cluster",
      "postgresql-replica-firewall",
      "postgresql-replica-server",
      "postgresql-user",
      "valkey-queue-cluster",
    ]);
  });

  it("leaves no word of what is set aside in the state", () => {
    const left = without(state, inRegion(state, "tor1"));
    expect(JSON.stringify(left)).not.toContain("kubernetes-cluster");
    expect(names(new Set(left.deployment.resources.map(({ urn }) => urn)))).toEqual([
      "dns-web",
      "immutable-bucket",
      "mastodon-prod",
      "media-bucket",
    ]);
  });

  it("changes DNS last: every update before leaves the records alone", () => {
    const made = plan({ region: "nyc1" });
    const ups = actionsOf(made).flatMap((action) => (action.kind === "up" ? [action.exclude] : []));
    expect(ups).toEqual([
      [urnOf(digitalocean("DnsRecord"), "dns-web")],
      [urnOf(digitalocean("DnsRecord"), "dns-web")],
      [],
    ]);
    expect(setsOf(made)).toEqual(
      expect.arrayContaining([
        { "network.region": "nyc1" },
        { "network.site": "nyc1" },
        { "network.ipRange": "10.116.16.0/20" },
      ]),
    );
  });

  it("moves droplets of that region with a new key, and takes an explicit name of the database away", () => {
    const raw = {
      ...withSecrets(stackFile("prod")),
      workers: { near: { queues: ["push"], threads: 5 }, far: { region: "fra1", queues: ["push"], threads: 5 } },
      database: { postgresql: { size: "db-s-6vcpu-16gb", name: "social-postgresql-2" } },
    };
    const made = plan({ region: "nyc1" }, { settings: parseSettings(raw) });
    expect(setsOf(made)).toEqual(
      expect.arrayContaining([{ "workers.near.region": "nyc1" }, { "workers.near.generation": "2" }]),
    );
    expect(JSON.stringify(setsOf(made))).not.toContain("workers.far");
    expect(actionsOf(made)).toContainEqual({ kind: "unset", path: "database.postgresql.name" });
  });

  it("finds a range that meets neither the old one nor what the new region keeps", () => {
    const subnets = { clusterSubnet: "10.200.0.0/16", serviceSubnet: "10.201.0.0/19" };
    expect(freeRange("10.116.0.0/20", subnets, "nyc1")).toBe("10.116.16.0/20");
    expect(freeRange("10.16.0.0/16", subnets, "nyc3")).toBe("10.18.0.0/16");
    expect(freeRange("10.199.0.0/16", subnets, "nyc1")).toBe("10.202.0.0/16");
    expect(() => freeRange("192.168.0.0/16", subnets, "nyc1")).toThrow("set mastodon:network.ipRange by hand");
  });
});

describe("what copies hold", () => {
  const { manifest } = finishedBackup("20261123T120000Z", "social");
  const files: Record<string, string> = {
    "database/20261123T120000Z/manifest.json": JSON.stringify(manifest),
    "database/20261123T130000Z/dump.tar.zst.age": "half a backup",
    "database/notes/manifest.json": "no backup",
    "media/current/a/b.png": "new",
    "media/history/20261120T000000Z/a/b.png": "oldest",
    "media/history/20261121T000000Z/a/b.png": "old",
    "media/history/20261122T000000Z/a/b.png.part": "another",
    "media/current/only.png": "only",
  };
  const store = {
    list: (prefix: string, delimiter?: string) => {
      const keys = Object.keys(files).filter((key) => key.startsWith(prefix));
      const cut = (key: string) => `${prefix}${key.slice(prefix.length).split("/")[0]}/`;
      return Promise.resolve([...new Set(delimiter ? keys.map(cut) : keys)].map((key) => ({ key, bytes: 1 })));
    },
    read: (key: string) => Promise.resolve(Buffer.from(files[key] ?? "")),
  };

  it("is told of finished backups only", async () => {
    const found = await backupsIn(store);
    expect(found.map(({ stamp }) => stamp)).toEqual(["20261123T120000Z"]);
    expect(backupLines(found, now)[0]).toContain(
      "3 h 30 min old  512.0 MiB  PostgreSQL 17.2  100 accounts, 2000 statuses",
    );
  });

  it("gives back a picture as it was before it was deleted or overwritten", async () => {
    const written: string[] = [];
    const media = {
      write: (key: string, content: Buffer, type: string) => (
        written.push(`${key} ${content.toString()} ${type}`),
        Promise.resolve()
      ),
    };
    expect(await restoreMediaObject("a/b.png", store, media)).toBe("media/history/20261121T000000Z/a/b.png");
    expect(await restoreMediaObject("only.png", store, media)).toBe("media/current/only.png");
    expect(written).toEqual(["a/b.png old image/png", "only.png only image/png"]);
    await expect(restoreMediaObject("none.png", store, media)).rejects.toThrow(
      "neither the copy nor its history has it",
    );
  });

  it("lets everybody see media that come back, and nobody the archives of people's own data", () => {
    expect(mediaAcl("media_attachments/files/1/original/a.png")).toBe("public-read");
    expect(mediaAcl("backups/dumps/1/original/archive.zip")).toBe("private");
    expect(mediaCopy("BACKUPS:b/media/current", "MEDIA:m").join(" ")).toContain("--exclude /backups/** BACKUPS:b/");
    expect(mediaCopyAccess).toEqual({ RCLONE_CONFIG_MEDIA_ACL: "public-read" });
  });

  it("has times and sizes that people read", () => {
    expect(stampOf(new Date("2026-11-23T15:50:00.123Z"))).toBe("20261123T155000Z");
    expect(timeOf("20261123T155000Z")?.toISOString()).toBe("2026-11-23T15:50:00.000Z");
    expect(["", "20261123", "20261399T000000Z"].map(timeOf)).toEqual([undefined, undefined, undefined]);
    expect([ageOf("20261123T152000Z", now), ageOf("20261101T000000Z", now)]).toEqual(["10 min", "22 days"]);
    expect([sizeText(12), sizeText(1536), sizeText(3 * 1024 ** 4)]).toEqual(["12 B", "1.5 KiB", "3.0 TiB"]);
  });
});

function settingsOf(given: Record<string, string>) {
  const pulumi = {
    setting: (one: string) => Promise.resolve(given[one]),
    setSetting: (one: string, value: string, secret?: boolean) => {
      given[one] = `${value}${secret ? "" : " in the clear"}`;
      return Promise.resolve();
    },
  };
  return { pulumi, given };
}

describe("the server's keys", () => {
  const path = "secrets.mastodon.secretKeyBase";
  const contents = (name: string) => ({
    format: "mastodon-escrow",
    version: 1,
    madeAt: "2026-11-23T00:00:00Z",
    server: { name, localDomain: "social.example", webDomain: "social.example" },
    secrets: [{ variable: "SECRET_KEY_BASE", setting: path, value: "right" }],
    buckets: [],
  });

  async function closedFor(recipient: string, name = "social"): Promise<string> {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    return armor.encode(await encrypter.encrypt(JSON.stringify(contents(name))));
  }

  it("are given as secrets where the settings lack them, and never shown", async () => {
    const identity = await generateIdentity();
    const closed = await closedFor(await identityToRecipient(identity));
    const bundle = await openBundle(closed, `# created\n${identity}\n`, settings);
    const { pulumi, given } = settingsOf({});
    const lines = await giveKeys(bundle, pulumi);
    expect(given[path]).toBe("right");
    expect(lines.join()).not.toContain("right");
    expect((await giveKeys(bundle, pulumi))[0]).toContain("is given already");
  });

  it("are refused where the settings have others, of another server, or for another key", async () => {
    const [identity, other] = [await generateIdentity(), await generateIdentity()];
    const recipient = await identityToRecipient(identity);
    const bundle = await openBundle(await closedFor(recipient), identity, settings);
    const { pulumi, given } = settingsOf({ [path]: "wrong" });
    await expect(giveKeys(bundle, pulumi)).rejects.toThrow("nothing was changed");
    expect(given[path]).toBe("wrong");
    await expect(openBundle(await closedFor(recipient, "shop"), identity, settings)).rejects.toThrow("is of shop");
    await expect(openBundle(await closedFor(recipient), other, settings)).rejects.toThrow("does not open");
    await expect(openBundle(await closedFor(recipient), "age1…", settings)).rejects.toThrow("no private age key");
  });
});

describe("the state", () => {
  it("is refused where an update was cut off, or there is none", () => {
    expect(() =>
      readState(JSON.stringify({ version: 3, deployment: { ...state.deployment, pending_operations: [{}] } })),
    ).toThrow("pulumi cancel");
    expect(() => readState("{}")).toThrow("no state that could be restored from");
  });

  it("is asked for settings as Pulumi prints them", () => {
    const printed = {
      "mastodon:secrets": { value: "{}", objectValue: { aws: { accessKeyId: "id" } }, secret: true },
      "mastodon:name": { value: "social" },
    };
    expect(settingIn(printed, "secrets.aws.accessKeyId")).toBe("id");
    expect(settingIn(printed, "name")).toBe("social");
    expect(settingIn(printed, "secrets.aws.none")).toBeUndefined();
  });
});
