// Backups from end to end, on a stack of the local cloud with real stores: each job is run as its CronJob says, with the stack's own keys and nothing else.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { KubeConfig, type V1Secret, Watch } from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Properties } from "../../local/providers/contract.ts";
import { authorityFiles } from "../../local/stores/authority.ts";
import { authorityFolder } from "../../local/stores/record.ts";
import { restoreInCluster } from "../../src/restore/in-cluster.ts";
import { dumpCronJob, restoreName } from "../../src/restore/job.ts";
import { sizeText } from "../../src/restore/copies.ts";
import { whyNoBench } from "../support/backup/bench.ts";
import { filesIn } from "../support/backup/contents.ts";
import { runService } from "../support/backup/host-service.ts";
import { LiveStack } from "../support/backup/live-stack.ts";
import { finish } from "../support/backup/pod-on-host.ts";
import { rows, rowsSql } from "../support/backup/server-database.ts";
import { FakeHost } from "../support/fake-host.ts";
import { freePort } from "../support/free-port.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";
import { schemaSql } from "../support/mastodon-database.ts";
import { startPostgresql } from "../support/real-postgresql.ts";
import { outcome, s3User } from "../support/s3-user.ts";
import { type Login, missingStores, psql, redisCli } from "../support/store-clients.ts";

const minutes = 60_000;
const missing = (await missingStores()) ?? (await whyNoBench());
if (missing !== undefined) console.warn(`SKIPPED: no backup is made and proved from end to end. ${missing}`);

/** All that backups need, and nothing that they do not. */
const settings = {
  metrics: undefined,
  autoscaling: undefined,
  "backups.kansasCity": { drill: { enabled: true } },
};

const copies = "srv/mastodon-copies";
const reportSchema = z.looseObject({
  copy: z.string(),
  backup: z.string(),
  result: z.string(),
  amcheck: z.string(),
  restored: z.looseObject({ tables: z.record(z.string(), z.number()) }),
  media: z.looseObject({ checked: z.number() }),
  differences: z.array(z.string()),
});
const manifestSchema = z.looseObject({
  file: z.looseObject({ name: z.string(), size: z.number(), sha256: z.string() }),
  tables: z.record(z.string(), z.number()),
});

describe.skipIf(missing !== undefined)("backups of a whole stack", () => {
  const home = temporaryHome();
  const authority = authorityFiles(authorityFolder(home)).certificate;
  const host = new FakeHost();
  let stack: LiveStack;
  let app: Login;
  let admin: Login;
  let mastodon: S3Client;
  let stamp = "";
  let manifest: z.infer<typeof manifestSchema>;

  const bucket = (purpose: string) => {
    const found = stack.outputs.buckets.find((one) => one.purpose === purpose);
    if (found === undefined) throw new Error(`the outputs name no bucket for ${purpose}`);
    return found;
  };
  const s3 = (purpose: string, accessKey = "", secretKey = "") => {
    const { endpoint, region } = bucket(purpose);
    return s3User({ endpoint: endpoint.replace("https://", ""), region, authority, accessKey, secretKey });
  };
  /** With the keys that the pods of a role have for a remote. */
  const of = async (namespace: string, role: string, remote: string, purpose: string) => {
    const all = await stack.secret(namespace, role);
    const key = (name: string) => all[`RCLONE_CONFIG_${remote}_${name}`];
    return s3(purpose, key("ACCESS_KEY_ID"), key("SECRET_ACCESS_KEY"));
  };
  const owner = async (purpose: string) => {
    const [access, name] = purpose === "immutable" ? ["secrets.aws.", ""] : ["secrets.digitalocean.main.", "spaces"];
    const key = (part: string) => (name === "" ? `${part.charAt(0).toLowerCase()}${part.slice(1)}` : `${name}${part}`);
    const [id, secret] = [`${access}${key("AccessKeyId")}`, `${access}${key("SecretAccessKey")}`];
    return s3(purpose, await stack.setting(id), await stack.setting(secret));
  };
  const bytesOf = async (client: S3Client, purpose: string, Key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket(purpose).name, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  /** Keys with their ETags, which of objects so small are MD5. */
  const listOf = async (purpose: string, Prefix = "") => {
    const { Contents = [] } = await (
      await owner(purpose)
    ).send(new ListObjectsV2Command({ Bucket: bucket(purpose).name, Prefix }));
    return Object.fromEntries(Contents.map(({ Key = "", ETag }) => [Key, ETag]));
  };
  const put = (Key: string, Body: string) =>
    mastodon.send(new PutObjectCommand({ Bucket: bucket("media").name, Key, Body }));
  const task = (name: string) => stack.runCronJob("backup", `backup-${name}`);
  const done = async (name: string) => {
    const { code, output } = await task(name);
    expect(code, output).toBe(0);
    expect(stack.recorder.metrics(name), output).toHaveProperty("mastodon_backup_last_success_timestamp_seconds");
    expect(stack.recorder.heartbeats()).toBe(1);
  };

  beforeAll(async () => {
    vi.stubEnv("MASTODON_LOCAL_STORES", "real");
    stack = await LiveStack.up(home, settings);
    await grantRights();
    const web = await stack.secret("mastodon", "web-environment");
    mastodon = s3("media", web["AWS_ACCESS_KEY_ID"], web["AWS_SECRET_ACCESS_KEY"]);
  }, 15 * minutes);
  afterAll(async () => {
    vi.unstubAllEnvs();
    host.remove();
    await stack?.recorder.stop();
    await removeHome(home);
  });
  beforeEach(() => stack.recorder.forget());

  /** What the migration and the Job of rights do, whose image is Mastodon's own. */
  async function grantRights(): Promise<void> {
    const jobs = {
      ...(await stack.configMap("mastodon", "jobs-environment")),
      ...(await stack.secret("mastodon", "jobs-environment")),
    };
    const grant = {
      ...(await stack.configMap("mastodon", "database-grant")),
      ...(await stack.secret("mastodon", "database-grant")),
    };
    const at: Properties = { host: grant["PGHOST"] ?? "", port: Number(grant["PGPORT"]) };
    const database = jobs["DB_NAME"] ?? "";
    admin = { at, user: grant["PGUSER"] ?? "", password: grant["PGPASSWORD"] ?? "", database, authority };
    app = { at, user: jobs["DB_USER"] ?? "", password: jobs["DB_PASS"] ?? "", database, authority };
    await psql(admin, `GRANT USAGE, CREATE ON SCHEMA public TO "${grant["APPLICATION_USER"]}"`);
    await psql(app, schemaSql, rowsSql);
    const { items } = await stack.client.batch.listNamespacedJob({ namespace: "mastodon" });
    const spec = items.find(({ metadata }) => metadata?.name?.startsWith("backup-grants"))?.spec?.template.spec;
    if (!spec) throw new Error("there is no Job backup-grants");
    const { environment } = await stack.pod("mastodon", spec).resolve();
    const statements = (name: string) => z.array(z.string()).parse(JSON.parse(environment[name] ?? ""));
    expect(environment["APPLICATION_PASSWORD"]).toBe(app.password);
    await psql(admin, ...statements("ADMIN_STATEMENTS"));
    await psql(app, ...statements("APPLICATION_STATEMENTS"));
  }

  it("have their CronJobs, policies and buckets", async () => {
    const wanted = stack.outputs.backups?.jobs?.map(({ namespace, name }) => `${namespace}/${name}`).toSorted();
    const { items } = await stack.client.batch.listCronJobForAllNamespaces();
    expect(items.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`).toSorted()).toEqual(wanted);
    expect(wanted).toHaveLength(9);
    const policies = await stack.client.objects.list("networking.k8s.io/v1", "NetworkPolicy");
    const names = policies.items.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
    expect(names).toEqual(expect.arrayContaining([...(wanted ?? []), "backup/default-deny", "drill/default-deny"]));
    for (const purpose of ["media", "backups", "immutable"]) {
      const versioning = new GetBucketVersioningCommand({ Bucket: bucket(purpose).name });
      expect((await (await owner(purpose)).send(versioning)).Status, purpose).toBe("Enabled");
    }
  });

  it("dump 200,000 rows with the user that may only read", async () => {
    await done("dump");
    const [key = ""] = Object.keys(await listOf("backups", "database/")).filter((one) => one.endsWith("manifest.json"));
    stamp = key.split("/")[1] ?? "";
    manifest = manifestSchema.parse(JSON.parse((await bytesOf(await owner("backups"), "backups", key)).toString()));
    expect(manifest.tables).toMatchObject(rows);
    expect(Object.values(rows).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(200_000);
  });

  it("copy media that Mastodon wrote with its own key", async () => {
    for (let n = 0; n < 40; n++) await put(pictureKey(n), `picture ${n} `.repeat(500));
    await done("media");
    const objects = Object.keys(await listOf("media")).length;
    expect(objects).toBeGreaterThanOrEqual(40);
    expect(stack.recorder.metrics("media")).toMatchObject({ mastodon_backup_objects: objects });
  });

  it("snapshot queues, the cluster's objects, the state; and find the bundle of keys", async () => {
    const { REDIS_URL = "" } = await stack.secret("mastodon", "sidekiq-environment");
    expect(await redisCli(REDIS_URL, authority, "SADD", "queues", "default")).toBe("1");
    expect(await redisCli(REDIS_URL, authority, "RPUSH", "queue:default", "one", "two")).toBe("2");
    await done("valkey");
    stack.recorder.forget();
    const { hostname, port } = new URL(stack.outputs.cluster.endpoint);
    const inCluster = {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      CLUSTER_ACCOUNT_FOLDER: await stack.accountFolder("backup", "backup-cluster"),
    };
    expect(await stack.runCronJob("backup", "backup-cluster", inCluster)).toMatchObject({ code: 0 });
    expect(stack.recorder.metrics("cluster")?.["mastodon_backup_objects"]).toBeGreaterThan(100);
    stack.recorder.forget();
    const { code, output } = await stack.command("src/backup-state/main.ts");
    expect(code, output).toBe(0);
    await done("state");
    stack.recorder.forget();
    await done("escrow");
  });

  it("copy everything off site with a key that can only put", async () => {
    await done("offsite");
    const there = await listOf("immutable");
    const all = Object.entries(await listOf("backups"));
    const wanted = all.filter(([key]) =>
      /^(database|valkey|cluster|state|escrow|media\/(current|manifests))\//.test(key),
    );
    expect(wanted.length).toBeGreaterThan(46);
    for (const [key, etag] of wanted) expect(there[key], key).toBe(etag);
    const key = `database/${stamp}/${manifest.file.name}`;
    const putOnly = await of("backup", "backup-offsite", "OFFSITE", "immutable");
    const place = { Bucket: bucket("immutable").name, Key: key };
    expect(await outcome(putOnly.send(new GetObjectCommand(place)))).toBe("AccessDenied");
    expect(await outcome(putOnly.send(new ListObjectsV2Command({ Bucket: place.Bucket })))).toBe("AccessDenied");
    expect(await outcome(putOnly.send(new DeleteObjectCommand(place)))).toBe("AccessDenied");
    // Not even the owner deletes what is locked.
    const [version] =
      (await (await owner("immutable")).send(new ListObjectVersionsCommand({ Bucket: place.Bucket, Prefix: key })))
        .Versions ?? [];
    const deletion = new DeleteObjectCommand({ ...place, VersionId: version?.VersionId });
    expect(await outcome((await owner("immutable")).send(deletion))).toBe("AccessDenied");
  });

  it("are pulled by the host in Kansas City with what its bundle holds", { timeout: 10 * minutes }, async () => {
    const { code, text } = await host.run(stack.outputs.kansasCity?.bundle ?? "", ["up"]);
    expect(code, text).toBe(0);
    // The made-up host lies below a folder, and so do its own.
    for (const file of ["pull", "drill"].map((name) => `etc/mastodon-pull/${name}.env`))
      host.write(file, (host.file(file) ?? "").replaceAll("='/", `='${host.root}/`));
    expect(await service("mastodon-pull")).toMatchObject({ code: 0 });
    const here = filesIn(join(host.root, copies));
    expect(Object.keys(here)).toEqual(
      expect.arrayContaining(Object.keys(await listOf("backups")).filter((key) => !key.startsWith("offsite/"))),
    );
    expect(stack.recorder.metrics("kansas-city")).toBeDefined();
    const archive = join(host.root, copies, "database", stamp, manifest.file.name);
    const sum = await finish(["sha256sum", archive], stack.environment);
    expect(sum.output.split(" ")[0]).toBe(manifest.file.sha256);
  });

  const service = (name: string) =>
    runService({
      host,
      name,
      folder: stack.folder,
      path: stack.environment["PATH"] ?? "",
      environment: { ...stack.environment, ...stack.told },
    });

  const provenOf = (text: string, copy: string) => {
    const report = reportSchema.parse(JSON.parse(text));
    expect(report).toMatchObject({ copy, backup: stamp, result: "passed", amcheck: "passed", differences: [] });
    expect(report.restored.tables).toEqual(manifest.tables);
    expect(report.media.checked).toBe(20);
    expect(stack.recorder.metrics(`drill-${copy}`)).toHaveProperty("mastodon_backup_restore_seconds");
    expect(stack.recorder.heartbeats()).toBe(1);
  };

  it.for(["backups", "offsite"])("are proved by the drill of %s, beside the PostgreSQL of its pod", async (copy) => {
    const name = `drill-${copy}`;
    const spec = await stack.cronJobSpec("drill", name);
    const port = String(await freePort());
    const sidecar = await stack.pod("drill", spec).resolve("postgresql");
    const { POSTGRES_USER: superuser = "", POSTGRES_DB: database = "" } = sidecar.environment;
    const server = await startPostgresql({ superuser, options: sidecar.command, port });
    try {
      if (database !== "postgres") await server.psql("postgres", `CREATE DATABASE "${database}"`);
      const { code, output } = await stack.runCronJob("drill", name, { PGPORT: port });
      expect(code, output).toBe(0);
    } finally {
      await server.stop();
    }
    const key = Object.keys(await listOf("immutable", "drills/")).find((one) => one.endsWith(`-${copy}.json`)) ?? "";
    const [report, signature] = await Promise.all(
      [key, key.replace(/json$/, "sig")].map(async (one) => bytesOf(await owner("immutable"), "immutable", one)),
    );
    provenOf(String(report), copy);
    const files = ["report", "signature", "public.pem"].map((file) => join(stack.folder, file));
    const contents = [report ?? "", signature ?? "", stack.outputs.backups?.reports?.publicKey ?? ""];
    for (const [index, file] of files.entries()) writeFileSync(file, contents[index] ?? "");
    const [text = "", sig = "", pem = ""] = files;
    const verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin", "-in", text, "-sigfile", sig];
    expect(await finish(verify, stack.environment)).toMatchObject({ code: 0 });
  });

  it("are proved by the drill of Kansas City on its own disk", async () => {
    expect(await service("mastodon-pull-drill")).toMatchObject({ code: 0 });
    const drills = join(host.root, copies, "drills");
    const name = readdirSync(drills).find((file) => file.endsWith("-kansas-city.json")) ?? "";
    provenOf(readFileSync(join(drills, name), "utf8"), "kansas-city");
  });

  /** By the operator's command. */
  const bringBack = async (key: string) => {
    const options = ["--media-key", key, "--apply", "--yes", "--folder", join(stack.folder, "journal")];
    const { code, output } = await stack.command("src/restore/main.ts", ...options);
    expect(code, output).toBe(0);
    return output;
  };

  it("keep a deleted picture, which the operator's command puts back", async () => {
    const key = pictureKey(3);
    const before = await bytesOf(mastodon, "media", key);
    await mastodon.send(new DeleteObjectCommand({ Bucket: bucket("media").name, Key: key }));
    await done("media");
    const kept = Object.keys(await listOf("backups", "media/history/")).filter((one) => one.endsWith(key));
    expect(kept).toHaveLength(1);
    expect(await bytesOf(await owner("backups"), "backups", kept[0] ?? "")).toEqual(before);
    expect(await bringBack(key)).toContain(`${key} is back, from ${kept[0]}`);
  });

  it.for([["backups"], ["offsite"]])(
    "are listed by the restore command, with sizes and ages: %s",
    async ([copy = ""]) => {
      const { code, output } = await stack.command("src/restore/main.ts", "--from", copy);
      expect(code, output).toBe(0);
      const listed = new RegExp(`^  ${stamp} +\\d+ min old +(.*?)  PostgreSQL`, "m").exec(output)?.[1];
      expect(listed, output).toBe(sizeText(manifest.file.size));
      expect(output).toContain(`/opt/backup/restore --apply --copy ${copy} --stamp ${stamp}`);
      expect(output).toContain("Nothing was done");
    },
  );

  it.for(["backups", "offsite"] as const)("come back into an empty database by the restore's Job: %s", async (copy) => {
    const name = `restored_${copy}`;
    await psql(admin, `CREATE DATABASE ${name}`);
    const database = { host: stack.outputs.database.host, port: stack.outputs.database.port, name, user: app.user };
    const run = copy === "backups" ? "20261123T000000Z" : "20261123T000001Z";
    const identity = (await stack.secret("drill", "drill-keys"))["identity.txt"] ?? "";
    // It is gone when the Job has ended, which in this cluster only seems to run.
    const secret = secretMade(stack.kubeconfig, restoreName(run));
    await restoreInCluster({
      run,
      copy,
      stamp,
      database,
      identity,
      kubeconfig: stack.kubeconfig,
      print: () => undefined,
    });
    const job = await stack.client.batch.readNamespacedJob({ namespace: "backup", name: restoreName(run) });
    const spec = job.spec?.template.spec;
    if (!spec) throw new Error("the Job has no pod");
    const pod = stack.pod("backup", spec, { gone: [await secret] });
    for (const container of ["grant", "restore"]) {
      const { code, output } = await pod.run(container);
      expect(code, output).toBe(0);
    }
    expect(await fingerprints({ ...app, database: name })).toBe(await fingerprints(app));
  });

  it("are made by a database user who writes nothing", async () => {
    const all = { ...(await stack.configMap("backup", dumpCronJob)), ...(await stack.secret("backup", dumpCronJob)) };
    const dumper = { ...app, user: all["PGUSER"] ?? "", password: all["PGPASSWORD"] ?? "" };
    expect(await psql(dumper, "SELECT count(*) FROM statuses")).toBe(String(rows.statuses));
    for (const statement of [
      "DELETE FROM statuses WHERE id = 1",
      "UPDATE users SET disabled = true",
      "CREATE TABLE mine (a int)",
      "DROP TABLE statuses",
      "TRUNCATE favourites",
      "INSERT INTO favourites (id) VALUES (0)",
    ])
      await expect(psql(dumper, statement), statement).rejects.toThrow(/permission denied|must be owner/);
  });

  it.for([
    ["drill", "drill-backups", "BACKUPS", "backups"],
    ["backup", "backup-media", "MEDIA", "media"],
  ] as const)(
    "are read by %s/%s with a key of %s that neither writes nor deletes, there or elsewhere",
    async ([namespace, role, remote, purpose]) => {
      const client = await of(namespace, role, remote, purpose);
      const Bucket = bucket(purpose).name;
      const [Key = ""] = Object.keys(await listOf(purpose));
      expect(await outcome(client.send(new GetObjectCommand({ Bucket, Key })))).toBe("done");
      expect(await outcome(client.send(new PutObjectCommand({ Bucket, Key, Body: "x" })))).toBe("AccessDenied");
      expect(await outcome(client.send(new DeleteObjectCommand({ Bucket, Key })))).toBe("AccessDenied");
      const keys = await stack.secret(namespace, role);
      for (const other of ["media", "backups"].filter((one) => one !== purpose)) {
        const elsewhere = s3(
          other,
          keys[`RCLONE_CONFIG_${remote}_ACCESS_KEY_ID`],
          keys[`RCLONE_CONFIG_${remote}_SECRET_ACCESS_KEY`],
        );
        expect(
          await outcome(elsewhere.send(new PutObjectCommand({ Bucket: bucket(other).name, Key: "x", Body: "x" }))),
        ).not.toBe("done");
      }
    },
  );

  it("are proved by keys that leave reports at Amazon and delete nothing there", async () => {
    const Bucket = bucket("immutable").name;
    const Key = `database/${stamp}/manifest.json`;
    for (const remote of ["OFFSITE", "REPORTS"]) {
      const client = await of("drill", "drill-offsite", remote, "immutable");
      expect(await outcome(client.send(new DeleteObjectCommand({ Bucket, Key }))), remote).toBe("AccessDenied");
      expect(await outcome(client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }))), remote).toBe("AccessDenied");
    }
  });

  it.for(["deleted", "overwritten"])("have the %s picture back in the bucket", async (how) => {
    const key = pictureKey(how === "deleted" ? 5 : 6);
    const before = await bytesOf(mastodon, "media", key);
    if (how === "deleted") await mastodon.send(new DeleteObjectCommand({ Bucket: bucket("media").name, Key: key }));
    else await put(key, "something else");
    await done("media");
    await bringBack(key);
    expect(await bytesOf(mastodon, "media", key)).toEqual(before);
  });
});

/** As Mastodon names its files. */
const pictureKey = (n: number) => `media_attachments/files/11/${String(n).padStart(3, "0")}/original/${n} a.png`;

/** The Secret as soon as somebody makes it. */
function secretMade(kubeconfig: string, name: string): Promise<V1Secret> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return new Promise((resolve, reject) => {
    const request = new Watch(config).watch(
      "/api/v1/namespaces/backup/secrets",
      { fieldSelector: `metadata.name=${name}` },
      (_, secret: V1Secret) => {
        void request.then((one) => one.abort());
        resolve(secret);
      },
      (error) => reject(new Error(`the watch ended: ${String(error)}`)),
    );
  });
}

/** Content of the large tables, whatever order their rows lie in. */
function fingerprints(login: Login): Promise<string> {
  return psql(
    login,
    ...Object.keys(rows).map(
      (table) => `SELECT '${table}', count(*), md5(string_agg(md5(t::text), '' ORDER BY id)) FROM ${table} t`,
    ),
  );
}
