// Real S3 servers behind emulated buckets: what the program declares is there, keys open exactly what they may, locks hold.
import { existsSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shellExports } from "../../local/commands/env.ts";
import { status } from "../../local/commands/status.ts";
import { identify } from "../../local/processes/process-identity.ts";
import type { Properties } from "../../local/providers/contract.ts";
import { plain } from "../../local/providers/plain.ts";
import { deleteStore, listStores, resumeStores, stopStore } from "../../local/stores/index.ts";
import { outcome, s3User } from "../support/s3-user.ts";
import { PluginClient, temporaryHome, urnOf } from "./plugin-client.ts";

const { home, remove } = temporaryHome();
const operator = { spacesAccessId: "operator", spacesSecretKey: "operators-secret" };
const authority = join(home, "authority", "ca.crt");
let spaces: PluginClient;
let amazon: PluginClient;

beforeAll(async () => {
  spaces = await PluginClient.start("digitalocean", home, "real");
  await spaces.configure({ token: "test", ...operator });
  amazon = await PluginClient.start("aws", home, "real");
  await amazon.configure({ region: "us-east-2" });
});

afterAll(async () => {
  await spaces.stop();
  await amazon.stop();
  for (const { id } of listStores(home)) await deleteStore(home, id);
  remove();
});

const ofSpaces = (name: string) =>
  urnOf(`digitalocean:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`, "it");
const ofAmazon = (service: string, name: string) =>
  urnOf(`aws:${service}/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`, "it");

/** Checks and creates, as the engine does. */
async function make(plugin: PluginClient, urn: string, inputs: Properties): Promise<{ id: string; state: Properties }> {
  const { inputs: checked, failures } = await plugin.check(urn, inputs);
  expect(failures).toEqual([]);
  const { id, properties } = await plugin.create(urn, checked.properties);
  return { id, state: properties };
}

async function key(grants: Properties[]): Promise<{ id: string; accessKey: string; secretKey: string }> {
  const { id, state } = await make(spaces, ofSpaces("SpacesKey"), { name: "k", grants });
  return { id, accessKey: plain(state["accessKey"]), secretKey: plain(state["secretKey"]) };
}

/** The ways in which a login may touch a bucket. */
async function abilities(client: S3Client, Bucket: string, Key: string): Promise<Record<string, string>> {
  return {
    list: await outcome(client.send(new ListObjectsV2Command({ Bucket }))),
    read: await outcome(client.send(new GetObjectCommand({ Bucket, Key }))),
    write: await outcome(client.send(new PutObjectCommand({ Bucket, Key: "written", Body: "x" }))),
    delete: await outcome(client.send(new DeleteObjectCommand({ Bucket, Key: "written" }))),
    settings: await outcome(
      client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } })),
    ),
  };
}

const denied = "AccessDenied";

describe("Spaces", () => {
  const bucket = { name: "docs-files", region: "nyc3", versioning: { enabled: true } };
  const page = { bucket: bucket.name, region: "nyc3", key: "guide/index.html", content: "<h1>Guide</h1>" };
  const headers = { contentType: "text/html; charset=utf-8", cacheControl: "public, max-age=60", acl: "public-read" };
  let endpoint = "";
  let state: Properties = {};
  const nyc3 = (user: { accessKey: string; secretKey: string }) =>
    s3User({ endpoint, region: "nyc3", authority, ...user });
  const operators = () => nyc3({ accessKey: operator.spacesAccessId, secretKey: operator.spacesSecretKey });

  beforeAll(async () => {
    ({ state } = await make(spaces, ofSpaces("SpacesBucket"), bucket));
    endpoint = plain(state["endpoint"]);
    await make(spaces, ofSpaces("SpacesBucket"), { name: "other-files", region: "nyc3" });
    await make(spaces, ofSpaces("SpacesBucketObject"), { ...page, ...headers });
    await make(spaces, ofSpaces("SpacesBucketObject"), { ...page, key: "private", content: "secret" });
  });

  test("have one server for each region, whose address is the bucket's endpoint", async () => {
    expect(endpoint).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(listStores(home).map(({ id }) => id)).toContain("s3-digitalocean-nyc3");
    expect(state["bucketDomainName"]).toBe("docs-files.nyc3.digitaloceanspaces.com");
  });

  test("publish an object with its content and headers to everybody, and the private one to nobody", async () => {
    const answer = await read(`${endpoint}/${bucket.name}/guide/index.html`);
    expect(answer).toEqual({
      status: 200,
      text: "<h1>Guide</h1>",
      type: headers.contentType,
      cache: headers.cacheControl,
    });
    expect((await read(`${endpoint}/${bucket.name}/private`)).status).toBe(403);
    expect((await read(`${endpoint}/${bucket.name}`)).status).toBe(403);
  });

  test("are trusted by clients with the variables that `env` exports", async () => {
    const [, file = ""] = /export SSL_CERT_FILE='?([^'\n]+)/.exec(shellExports(home)) ?? [];
    const trusted = readFileSync(file, "utf8");
    expect(trusted).toContain(readFileSync(authority, "utf8").trim());
    expect(trusted.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(1); // what the machine trusts anyway
    expect((await read(`${endpoint}/${bucket.name}/guide/index.html`, file)).status).toBe(200);
  });

  test("keep an object emulated whose key ends in a slash, and say why", async () => {
    const folder = { ...page, key: "guide/" };
    const { id, state: known } = await make(spaces, ofSpaces("SpacesBucketObject"), folder);
    expect((await spaces.read(ofSpaces("SpacesBucketObject"), id, known, folder)).id).toBe(id);
    expect(await status(home)).toContain(
      "emulated: the local S3 server keeps nothing behind a key that ends in a slash",
    );
    await spaces.delete(ofSpaces("SpacesBucketObject"), id);
    expect((await read(`${endpoint}/${bucket.name}/guide/index.html`)).status).toBe(200);
  });

  test("let the provider's own key do everything", async () => {
    expect(await abilities(operators(), bucket.name, "private")).toEqual({
      list: "done",
      read: "done",
      write: "done",
      delete: "done",
      settings: "done",
    });
    const { Buckets } = await operators().send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(["docs-files", "other-files"]);
  });

  test.for([
    ["read", { list: "done", read: "done", write: denied, delete: denied, settings: denied }],
    ["readwrite", { list: "done", read: "done", write: "done", delete: "done", settings: denied }],
    ["fullaccess", { list: "done", read: "done", write: "done", delete: "done", settings: "done" }],
  ] as const)("let a key with %s do exactly that, in its bucket only", async ([permission, expected]) => {
    const { id, ...user } = await key([{ bucket: bucket.name, permission }]);
    expect(await abilities(nyc3(user), bucket.name, "private")).toEqual(expected);
    expect(Object.values(await abilities(nyc3(user), "other-files", "any"))).toEqual(Array(5).fill(denied));
    await spaces.delete(ofSpaces("SpacesKey"), id);
    expect(await outcome(nyc3(user).send(new ListObjectsV2Command({ Bucket: bucket.name })))).toBe(
      "InvalidAccessKeyId",
    );
  });

  test("change what a key may do when its grants change", async () => {
    const { id, ...user } = await key([{ bucket: bucket.name, permission: "read" }]);
    const grants = [{ bucket: "other-files", permission: "read" }];
    await spaces.update(ofSpaces("SpacesKey"), id, { name: "k", ...user }, { name: "k", grants });
    expect(await outcome(nyc3(user).send(new ListObjectsV2Command({ Bucket: bucket.name })))).toBe(denied);
    expect(await outcome(nyc3(user).send(new ListObjectsV2Command({ Bucket: "other-files" })))).toBe("done");
    await spaces.delete(ofSpaces("SpacesKey"), id);
  });

  test("keep old versions, which come back", async () => {
    const place = { Bucket: bucket.name, Key: "photo" };
    await operators().send(new PutObjectCommand({ ...place, Body: "first" }));
    await operators().send(new PutObjectCommand({ ...place, Body: "second" }));
    await operators().send(new DeleteObjectCommand(place));
    expect(await outcome(operators().send(new GetObjectCommand(place)))).toBe("NoSuchKey");
    const { Versions = [] } = await operators().send(
      new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix: place.Key }),
    );
    const bodies = Versions.map(async ({ VersionId }) => {
      const { Body } = await operators().send(new GetObjectCommand({ ...place, VersionId }));
      return Body?.transformToString();
    });
    expect(new Set(await Promise.all(bodies))).toEqual(new Set(["first", "second"]));
  });

  test("show drift: another content, a missing object, versioning switched off", async () => {
    const object = { Bucket: bucket.name, Key: "drifting" };
    const inputs = { bucket: bucket.name, region: "nyc3", key: "drifting", content: "as declared" };
    const { id, state: known } = await make(spaces, ofSpaces("SpacesBucketObject"), inputs);
    const before = await spaces.read(ofSpaces("SpacesBucketObject"), id, known, inputs);
    expect(before.state.properties).toEqual(known);
    await operators().send(new PutObjectCommand({ ...object, Body: "somebody else's" }));
    const drifted = await spaces.read(ofSpaces("SpacesBucketObject"), id, known, inputs);
    expect(drifted.state.properties["etag"]).not.toBe(known["etag"]);
    await operators().send(new DeleteObjectCommand(object));
    expect((await spaces.read(ofSpaces("SpacesBucketObject"), id, known, inputs)).id).toBe("");

    const Suspended = { Bucket: bucket.name, VersioningConfiguration: { Status: "Suspended" as const } };
    await operators().send(new PutBucketVersioningCommand(Suspended));
    const seen = await spaces.read(ofSpaces("SpacesBucket"), bucket.name, state, bucket);
    expect(seen.state.properties["versioning"]).toEqual({ enabled: false });
    await spaces.update(ofSpaces("SpacesBucket"), bucket.name, seen.state.properties, { ...bucket, acl: "private" });
    const { Status } = await operators().send(new GetBucketVersioningCommand({ Bucket: bucket.name }));
    expect(Status).toBe("Enabled");
  });

  test("keep everything over a stop and a start, at the same address", async () => {
    await stopStore(home, "s3-digitalocean-nyc3");
    await resumeStores(home, () => undefined);
    const again = await spaces.read(ofSpaces("SpacesBucket"), bucket.name, state, bucket);
    expect(again.state.properties["endpoint"]).toBe(endpoint);
    expect(await outcome(operators().send(new HeadObjectCommand({ Bucket: bucket.name, Key: "private" })))).toBe(
      "done",
    );
  });

  test("refuse to delete a bucket with something in it", async () => {
    await operators().send(new PutObjectCommand({ Bucket: "other-files", Key: "left", Body: "x" }));
    await expect(spaces.delete(ofSpaces("SpacesBucket"), "other-files")).rejects.toThrow("BucketNotEmpty");
    const { state: other } = await spaces.read(ofSpaces("SpacesBucket"), "other-files", {});
    expect(other.properties["name"]).toBe("other-files");
  });
});

describe("the copy at Amazon", () => {
  const name = "locked-copy";
  let endpoint = "";
  const login = async (user: string, statements: Properties[]) => {
    await make(amazon, ofAmazon("iam", "User"), { name: user });
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await make(amazon, ofAmazon("iam", "UserPolicy"), { name: "only", user, policy });
    const { id, state } = await make(amazon, ofAmazon("iam", "AccessKey"), { user });
    const keys = { accessKey: id, secretKey: plain(state["secret"]) };
    return s3User({ endpoint, region: "us-east-2", authority, ...keys });
  };

  beforeAll(async () => {
    const { state } = await make(amazon, ofAmazon("s3", "Bucket"), { bucket: name, objectLockEnabled: true });
    const domain = plain(state["bucketRegionalDomainName"]);
    expect(domain).toMatch(/^locked-copy\.127\.0\.0\.1:\d+$/);
    endpoint = domain.slice(name.length + 1);
    const versioning = { bucket: name, versioningConfiguration: { status: "Enabled" } };
    await make(amazon, ofAmazon("s3", "BucketVersioning"), versioning);
    const rule = { defaultRetention: { mode: "COMPLIANCE", days: 30 } };
    await make(amazon, ofAmazon("s3", "BucketObjectLockConfiguration"), { bucket: name, rule });
  });

  test("takes objects from the put-only login, which can neither read, list nor delete", async () => {
    const Action = ["s3:PutObject", "s3:AbortMultipartUpload"];
    const client = await login("putter", [{ Effect: "Allow", Action, Resource: `arn:aws:s3:::${name}/*` }]);
    const object = { Bucket: name, Key: "database/dump" };
    const { VersionId } = await client.send(new PutObjectCommand({ ...object, Body: "dump" }));
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
    expect(await outcome(client.send(new AbortMultipartUploadCommand({ ...object, UploadId })))).toBe("done");
    expect(await outcome(client.send(new GetObjectCommand(object)))).toBe(denied);
    expect(await outcome(client.send(new ListObjectsV2Command({ Bucket: name })))).toBe(denied);
    expect(await outcome(client.send(new DeleteObjectCommand(object)))).toBe(denied);
    expect(await outcome(client.send(new DeleteObjectCommand({ ...object, VersionId })))).toBe(denied);
  });

  test("is read by the get-only login, which can write nothing", async () => {
    const client = await login("getter", [
      { Effect: "Allow", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${name}` },
      { Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${name}/*` },
    ]);
    expect(await abilities(client, name, "database/dump")).toEqual({
      list: "done",
      read: "done",
      write: denied,
      delete: denied,
      settings: denied,
    });
  });

  test("keeps a locked version, whoever wants it gone", async () => {
    const client = await login("everything", [{ Effect: "Allow", Action: "s3:*", Resource: "*" }]);
    const object = { Bucket: name, Key: "database/dump" };
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: name }));
    const VersionId = Versions[0]?.VersionId;
    expect(VersionId).toBeTruthy();
    const bypass = { ...object, VersionId, BypassGovernanceRetention: true };
    expect(await outcome(client.send(new DeleteObjectCommand(bypass)))).not.toBe("done");
    await client.send(new DeleteObjectCommand(object)); // only hides it
    const { Body } = await client.send(new GetObjectCommand({ ...object, VersionId }));
    expect(await Body?.transformToString()).toBe("dump");
    await expect(amazon.delete(ofAmazon("s3", "Bucket"), name)).rejects.toThrow("BucketNotEmpty");
  });

  test("refuses a policy that the local server cannot keep, and says so", async () => {
    const Condition = { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } };
    const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*", Condition };
    await expect(login("conditional", [statement])).rejects.toThrow(/Condition .*SourceIp.* is not understood/);
  });
});

test("the last bucket of a region takes the server with it, and leaves no folder", async () => {
  const only = { name: "only-one", region: "sfo3", forceDestroy: true };
  const { state } = await make(spaces, ofSpaces("SpacesBucket"), only);
  const store = listStores(home).find(({ id }) => id === "s3-digitalocean-sfo3");
  if (!store) throw new Error("there is no server in sfo3");
  const client = s3User({
    endpoint: plain(state["endpoint"]),
    region: "sfo3",
    authority,
    accessKey: operator.spacesAccessId,
    secretKey: operator.spacesSecretKey,
  });
  await client.send(new PutObjectCommand({ Bucket: only.name, Key: "a", Body: "x" }));
  await spaces.delete(ofSpaces("SpacesBucket"), only.name);
  expect(listStores(home).map(({ id }) => id)).not.toContain(store.id);
  expect(existsSync(store.folder)).toBe(false);
  expect(Object.values(store.pids).filter((pid) => identify(pid))).toEqual([]);
});

test("buckets stay emulated where the switch says so", async () => {
  const plugin = await PluginClient.start("digitalocean", home);
  try {
    await plugin.configure({ token: "test", ...operator });
    const { state } = await make(plugin, ofSpaces("SpacesBucket"), { name: "emulated", region: "ams3" });
    expect(state["endpoint"]).toBe("ams3.digitaloceanspaces.com");
    expect(listStores(home).map(({ id }) => id)).not.toContain("s3-digitalocean-ams3");
  } finally {
    await plugin.stop();
  }
});

/** Reads without any key, as a browser does. */
function read(address: string, trusted = authority) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    text: string;
    type: string | undefined;
    cache: string | undefined;
  }>();
  get(`https://${address}`, { ca: readFileSync(trusted), agent: false }, (answer) => {
    const { statusCode, headers } = answer;
    void answer.toArray().then((chunks) => {
      const text = Buffer.concat(chunks).toString();
      resolve({ status: statusCode, text, type: headers["content-type"], cache: headers["cache-control"] });
    }, reject);
  }).on("error", reject);
  return promise;
}
