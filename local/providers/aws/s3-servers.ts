// The real S3 servers behind the emulated Amazon: one for each region with a bucket in it. Each type's hooks add here what happens there.
import type { DefaultRetention } from "@aws-sdk/client-s3";
import type { S3Region } from "../../stores/s3/region.ts";
import type { Behaviour } from "../declared-types.ts";
import type { Context, Hooks, Properties, StoredObject, Value } from "../contract.ts";
import {
  applyEverywhere,
  bucketServers,
  markDeleting,
  objectServers,
  operatorMark,
  realBucket,
  regionOfBucket,
  removeBucket,
  told,
} from "../shared/real-buckets.ts";
import { number, object, text } from "../shared/values.ts";
import { plain } from "../plain.ts";
import { policyDocuments } from "./iam-policies.ts";
import { bucketTypes } from "./lookups.ts";
import { regionOf } from "./place.ts";
import { s3Access } from "./s3-access.ts";

function allBuckets(ctx: Context): StoredObject[] {
  return bucketTypes.flatMap((type) => ctx.account.everywhere(type));
}

function serverOf(ctx: Context, bucket: Value | undefined): S3Region | undefined {
  return regionOfBucket(
    ctx,
    "aws",
    allBuckets(ctx).find(({ id }) => id === bucket),
  );
}

/** Applies what the accounts say now about keys and policies. */
async function applyRules(ctx: Context): Promise<undefined> {
  await applyEverywhere(ctx, "aws", allBuckets(ctx), () =>
    s3Access({
      buckets: allBuckets(ctx),
      accessKeys: ctx.account.everywhere("aws:iam/accessKey:AccessKey"),
      bucketPolicies: ctx.account.everywhere("aws:s3/bucketPolicy:BucketPolicy"),
      userPolicies: (owner, user) => policyDocuments(ctx, owner, user),
    }),
  );
}

const bucketServer: Hooks = {
  async start(ctx, id, state) {
    const place: S3Region = { home: ctx.home, provider: "aws", region: regionOf(ctx, state) };
    const { row, endpoint } = await realBucket(ctx, place, id, state["objectLockEnabled"] === true);
    if (endpoint === undefined) return row;
    const { accessKey = "", secretKey = "" } = ctx.config;
    const known = { ...row, ...addressAt(id, endpoint), [operatorMark]: { accessKey, secretKey } };
    ctx.account.put(ctx.type, id, { ...state, ...known });
    await applyRules(ctx);
    return known;
  },
  change: async (ctx, id) => presentAddress(ctx, id),
  async refresh(ctx, id) {
    const present = await presentAddress(ctx, id);
    return present === undefined && serverOf(ctx, id) ? null : present;
  },
  guardDelete: markDeleting,
  async stop(ctx, id, state) {
    const place = serverOf(ctx, id);
    if (place) await removeBucket(ctx, place, id, state);
  },
};

/** The bucket's own host name, before the server's address: who takes the name off has the endpoint. */
function addressAt(bucket: string, endpoint: string): Properties {
  return { bucketRegionalDomainName: `${bucket}.${endpoint}` };
}

async function presentAddress(ctx: Context, id: string): Promise<Properties | undefined> {
  const place = serverOf(ctx, id);
  const found = place && (await (await bucketServers()).readBucket(place, id));
  return found && addressAt(id, found.endpoint);
}

async function applyVersioning(ctx: Context, state: Properties, enabled: boolean): Promise<undefined> {
  const place = serverOf(ctx, state["bucket"]);
  if (!place) return;
  await (await bucketServers()).setVersioning(place, plain(state["bucket"]), enabled).catch((error: unknown) => {
    // Versions of a bucket with Object Lock are kept whatever the program takes back.
    if (enabled) throw told(error);
  });
}

const isEnabled = (state: Properties) => object(state, "versioningConfiguration")["status"] === "Enabled";

const versioningServer: Hooks = {
  start: (ctx, _id, state) => applyVersioning(ctx, state, isEnabled(state)),
  change: (ctx, _id, state) => applyVersioning(ctx, state, isEnabled(state)),
  stop: (ctx, _id, state) => applyVersioning(ctx, state, false),
  async refresh(ctx, id, state) {
    const place = serverOf(ctx, id);
    const found = place && (await (await bucketServers()).readBucket(place, id));
    if (!found || found.versioning === isEnabled(state)) return undefined;
    const status = found.versioning ? "Enabled" : "Suspended";
    return { versioningConfiguration: { ...object(state, "versioningConfiguration"), status } };
  },
};

async function applyLock(ctx: Context, state: Properties): Promise<undefined> {
  const place = serverOf(ctx, state["bucket"]);
  const retention = object(object(state, "rule"), "defaultRetention");
  const mode = text(retention, "mode");
  if (!place || mode === undefined) return;
  const [days, years] = [number(retention, "days"), number(retention, "years")];
  const rule: DefaultRetention = {
    Mode: mode === "GOVERNANCE" ? "GOVERNANCE" : "COMPLIANCE",
    ...(days === undefined ? {} : { Days: days }),
    ...(years === undefined ? {} : { Years: years }),
  };
  await (await bucketServers()).setObjectLock(place, plain(state["bucket"]), rule).catch((error: unknown) => {
    throw told(error);
  });
}

/** Taken back, the rule would no longer hold for new versions; here it goes on, or those that are locked would be open. */
const lockServer: Hooks = {
  start: (ctx, _id, state) => applyLock(ctx, state),
  change: (ctx, _id, state) => applyLock(ctx, state),
};

async function writeObject(ctx: Context, state: Properties): Promise<Properties | undefined> {
  const place = serverOf(ctx, state["bucket"]);
  if (!place) return undefined;
  const encoded = text(state, "contentBase64");
  const body = encoded === undefined ? Buffer.from(text(state, "content") ?? "") : Buffer.from(encoded, "base64");
  const { putObject } = await objectServers();
  const { etag, versionId } = await putObject(place, {
    bucket: plain(state["bucket"]),
    key: plain(state["key"]),
    body,
    contentType: plain(state["contentType"]),
  });
  return { etag, versionId };
}

const objectServer: Hooks = {
  start: (ctx, _id, state) => writeObject(ctx, state),
  change: (ctx, _id, state) => writeObject(ctx, state),
  async refresh(ctx, _id, state) {
    const place = serverOf(ctx, state["bucket"]);
    if (!place) return undefined;
    const { readObject } = await objectServers();
    const found = await readObject(place, plain(state["bucket"]), plain(state["key"]));
    return found ? { etag: found.etag, versionId: found.versionId } : null;
  },
  async stop(ctx, _id, state) {
    const place = serverOf(ctx, state["bucket"]);
    if (!place) return;
    const { deleteObject } = await objectServers();
    const [bucket, key] = [plain(state["bucket"]), plain(state["key"])];
    await deleteObject(place, bucket, key, true).catch((error: unknown) => {
      throw told(error);
    });
  },
};

/** Keys and policies are nothing but rules. */
const ruleServer: Hooks = {
  start: applyRules,
  change: applyRules,
  guardDelete: markDeleting,
  stop: applyRules,
};

const servers: Readonly<Record<string, Hooks>> = {
  "iam:AccessKey": ruleServer,
  "iam:GroupMembership": ruleServer,
  "iam:GroupPolicy": ruleServer,
  "iam:GroupPolicyAttachment": ruleServer,
  "iam:Policy": ruleServer,
  "iam:UserGroupMembership": ruleServer,
  "iam:UserPolicy": ruleServer,
  "iam:UserPolicyAttachment": ruleServer,
  "s3:Bucket": bucketServer,
  "s3:BucketObject": objectServer,
  "s3:BucketObjectLockConfiguration": lockServer,
  "s3:BucketObjectv2": objectServer,
  "s3:BucketPolicy": ruleServer,
  "s3:BucketV2": bucketServer,
  "s3:BucketVersioning": versioningServer,
};

/** The behaviour of a class together with what happens on a real server; both may refuse a deletion. */
export function withServer(name: string, { hooks: own = {} }: Behaviour): Hooks {
  const server = servers[name];
  if (!server) return own;
  return {
    ...server,
    ...own,
    guardDelete(ctx, stored) {
      own.guardDelete?.(ctx, stored);
      server.guardDelete?.(ctx, stored);
    },
  };
}
