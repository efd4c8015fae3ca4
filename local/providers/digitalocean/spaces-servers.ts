// The real S3 servers behind Spaces: one for each region with a bucket in it. Each type's hooks add here what happens on the server.
import { readFileSync } from "node:fs";
import { emulatedMark } from "../../stores/marks.ts";
import type { Access } from "../../stores/s3/policies.ts";
import type { StoredContent } from "../../stores/s3/objects.ts";
import type { S3Region } from "../../stores/s3/region.ts";
import type { Context, Hooks, Properties, StoredObject } from "../contract.ts";
import {
  applyEverywhere,
  bucketServers,
  markDeleting,
  objectServers,
  operatorMark,
  realBucket,
  regionOfBucket,
  removeBucket,
} from "../shared/real-buckets.ts";
import { plain } from "../plain.ts";
import { object, text } from "../shared/values.ts";
import { tokenOf } from "./guards.ts";
import { spacesAccess } from "./spaces-access.ts";

function everywhere(ctx: Context, className: string): StoredObject[] {
  return ctx.account.everywhere(tokenOf(className));
}

/** Where the bucket's server stands; nothing for an emulated one. */
function serverOf(ctx: Context, bucket: string | undefined): S3Region | undefined {
  return regionOfBucket(
    ctx,
    "digitalocean",
    everywhere(ctx, "SpacesBucket").find(({ id }) => id === bucket),
  );
}

/** Applies what the account says now about keys, public objects and policies. */
async function applyRules(ctx: Context): Promise<undefined> {
  const wanted = (): Access =>
    spacesAccess({
      buckets: everywhere(ctx, "SpacesBucket"),
      keys: everywhere(ctx, "SpacesKey"),
      objects: everywhere(ctx, "SpacesBucketObject"),
      policies: everywhere(ctx, "SpacesBucketPolicy"),
    });
  await applyEverywhere(ctx, "digitalocean", everywhere(ctx, "SpacesBucket"), wanted);
}

const versioned = (state: Properties) => object(state, "versioning")["enabled"] === true;

export const bucketServer: Hooks = {
  async start(ctx, id, state) {
    const place: S3Region = { home: ctx.home, provider: "digitalocean", region: text(state, "region") ?? "" };
    const { row, endpoint } = await realBucket(ctx, place, id, false);
    if (endpoint === undefined) return row;
    const { spacesAccessId: accessKey = "", spacesSecretKey: secretKey = "" } = ctx.config;
    const known = { ...row, endpoint, [operatorMark]: { accessKey, secretKey } };
    ctx.account.put(ctx.type, id, { ...state, ...known });
    if (versioned(state)) await (await bucketServers()).setVersioning(place, id, true);
    await applyRules(ctx);
    return known;
  },
  async change(ctx, id, state) {
    const place = serverOf(ctx, id);
    if (!place) return undefined;
    const { readBucket, setVersioning } = await bucketServers();
    await setVersioning(place, id, versioned(state));
    await applyRules(ctx);
    const { endpoint } = (await readBucket(place, id)) ?? {};
    return endpoint === undefined ? undefined : { endpoint };
  },
  async refresh(ctx, id, state) {
    const place = serverOf(ctx, id);
    if (!place) return undefined;
    const found = await (await bucketServers()).readBucket(place, id);
    if (!found) return null;
    const drifted = found.versioning !== versioned(state);
    return {
      endpoint: found.endpoint,
      ...(drifted ? { versioning: { ...object(state, "versioning"), enabled: found.versioning } } : {}),
    };
  },
  async stop(ctx, id, state) {
    const place = serverOf(ctx, id);
    if (place) await removeBucket(ctx, place, id, state);
  },
};

/** What the program gave as content. */
export function bodyOf(inputs: Properties): Buffer {
  const source = text(inputs, "source");
  if (source !== undefined) return readFileSync(source);
  const content = Buffer.from(text(inputs, "content") ?? "");
  return content.length > 0 ? content : Buffer.from(text(inputs, "contentBase64") ?? "", "base64");
}

/** Objects are files there, and a key that ends in a slash is a folder. */
const folderReason = "the local S3 server keeps nothing behind a key that ends in a slash";

/** Where an object lies: its server, bucket and key; nothing where it is emulated. */
function placeOf(ctx: Context, state: Properties) {
  const [bucket, key] = [text(state, "bucket") ?? "", text(state, "key") ?? ""];
  const place = serverOf(ctx, bucket);
  return place && !key.endsWith("/") ? { place, bucket, key } : undefined;
}

async function write(ctx: Context, state: Properties): Promise<Properties | undefined> {
  const found = placeOf(ctx, state);
  if (!found) return serverOf(ctx, text(state, "bucket")) && { [emulatedMark]: folderReason };
  const { place, bucket, key } = found;
  const { putObject } = await objectServers();
  const metadata = Object.entries(object(state, "metadata")).filter(([, value]) => typeof value === "string");
  const names = ["cacheControl", "contentDisposition", "contentEncoding", "contentLanguage"];
  const headers = names.flatMap((name) => (text(state, name) === undefined ? [] : [[name, text(state, name)]]));
  const stored = await putObject(place, {
    bucket,
    key,
    body: bodyOf(state),
    contentType: text(state, "contentType") ?? "",
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name, plain(value)])),
    ...Object.fromEntries(headers),
  });
  await applyRules(ctx); // who may read it
  return { etag: stored.etag, versionId: stored.versionId };
}

export const objectServer: Hooks = {
  start: (ctx, _id, state) => write(ctx, state),
  change: (ctx, _id, state) => write(ctx, state),
  async refresh(ctx, _id, state) {
    const at = placeOf(ctx, state);
    if (!at) return undefined;
    const { readObject } = await objectServers();
    const found = await readObject(at.place, at.bucket, at.key);
    return found ? drift(state, found) : null;
  },
  guardDelete: markDeleting,
  async stop(ctx, _id, state) {
    const at = placeOf(ctx, state);
    if (!at) return;
    const { deleteObject } = await objectServers();
    // The real provider takes all versions of an object that has some.
    await deleteObject(at.place, at.bucket, at.key, (text(state, "versionId") ?? "") !== "");
    await applyRules(ctx);
  },
};

/** What somebody changed on the server. Permissions are not among it: the real provider does not read them back either. */
function drift(state: Properties, found: StoredContent): Properties {
  const metadata = object(state, "metadata");
  const sameMetadata = JSON.stringify(sorted(metadata)) === JSON.stringify(sorted(found.metadata));
  return {
    etag: found.etag,
    versionId: found.versionId,
    contentType: found.contentType ?? "",
    ...((found.cacheControl ?? "") === (text(state, "cacheControl") ?? "")
      ? {}
      : { cacheControl: found.cacheControl ?? "" }),
    ...(sameMetadata ? {} : { metadata: { ...found.metadata } }),
  };
}

const sorted = (record: Readonly<Record<string, unknown>>) =>
  Object.entries(record)
    .map(([name, value]) => [name.toLowerCase(), value])
    .toSorted(([a = ""], [b = ""]) => plain(a).localeCompare(plain(b)));

/** Policies, and keys with their grants, are nothing but rules. */
export const ruleServer: Hooks = {
  start: applyRules,
  change: applyRules,
  guardDelete: markDeleting,
  stop: applyRules,
};
