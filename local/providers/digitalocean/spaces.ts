// Buckets, their settings, objects and keys. Behind a bucket stands a real S3 server where there is one (spaces-servers.ts).
import { createHash } from "node:crypto";
import { CloudError, type Context, type Hooks, type Properties } from "../contract.ts";
import { markDeleting } from "../shared/real-buckets.ts";
import { isObject, objects, text } from "../shared/values.ts";
import { objectsOf, requireBelow, requireFree, requireParent, tokenOf } from "./guards.ts";
import { requireRegion } from "./places.ts";
import { spacesKeyPair } from "./secrets.ts";
import { bodyOf, bucketServer, objectServer, ruleServer } from "./spaces-servers.ts";

/** Limits of an account (Spaces limits page, 25 September 2025). */
const limits = { buckets: 100, keys: 200 };

/** Buckets are reached with S3 keys; the API token opens none of them. */
function requireSpacesKeys(ctx: Context): void {
  if (text(ctx.config, "spacesAccessId") && text(ctx.config, "spacesSecretKey")) return;
  throw new CloudError(
    "forbidden",
    "the provider has no Spaces credentials; give it spacesAccessId and spacesSecretKey",
  );
}

/** A bucket's name is a host name, and unique in the whole cloud. */
function requireBucketName(ctx: Context, inputs: Properties): void {
  const name = text(inputs, "name") ?? "";
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name))
    throw new CloudError(
      "unprocessable_entity",
      `${name} must have 3 to 63 lower-case letters, digits and dashes`,
      "name",
    );
  requireFree(ctx, "SpacesBucket", "name", inputs, undefined, ctx.account.everywhere(tokenOf("SpacesBucket")));
}

const bucket: Hooks = {
  ...bucketServer,
  validate(ctx, inputs, previous) {
    requireSpacesKeys(ctx);
    requireRegion("a bucket", text(inputs, "region"));
    if (previous) return;
    requireBucketName(ctx, inputs);
    requireBelow(limits.buckets, objectsOf(ctx, "SpacesBucket").length, "buckets");
  },
  id: (_ctx, inputs) => text(inputs, "name") ?? "",
  outputs(_ctx, _id, inputs): Properties {
    const [name, region] = [text(inputs, "name") ?? "", (text(inputs, "region") ?? "nyc3").toLowerCase()];
    return {
      region,
      bucketDomainName: `${name}.${region}.digitaloceanspaces.com`,
      endpoint: `${region}.digitaloceanspaces.com`,
      bucketUrn: `do:space:${name}`,
    };
  },
  guardDelete(ctx, stored) {
    const { id, object } = stored;
    const first = objectsOf(ctx, "SpacesBucketObject").find((one) => one.object["bucket"] === id);
    if (first && object["forceDestroy"] !== true)
      throw new CloudError(
        "conflict",
        `bucket ${id} is not empty (it holds ${text(first.object, "key")}); delete its objects, or set forceDestroy`,
      );
    markDeleting(ctx, stored);
  },
  removed(ctx, { id }) {
    const parts = ["SpacesBucketObject", "SpacesBucketCorsConfiguration", "SpacesBucketPolicy", "SpacesBucketLogging"];
    for (const one of parts.flatMap((part) => objectsOf(ctx, part)))
      if (one.object["bucket"] === id) ctx.account.remove(one.type, one.id);
  },
};

/** Settings of a bucket are named by it; one of each kind. */
const setting: Hooks = {
  validate: (ctx, inputs) => void requireParent(ctx, "SpacesBucket", text(inputs, "bucket"), "bucket"),
  id: (_ctx, inputs) => text(inputs, "bucket") ?? "",
};

/** A key that is limited to buckets, and a bucket policy, exclude each other (Spaces limits page, 25 September 2025). */
function limitedKey(ctx: Context): string | undefined {
  const key = objectsOf(ctx, "SpacesKey").find(({ object }) =>
    objects(object, "grants").some((grant) => grant["bucket"] !== ""),
  );
  return key && text(key.object, "name");
}

const policy: Hooks = {
  ...setting,
  ...ruleServer,
  validate(ctx, inputs) {
    requireParent(ctx, "SpacesBucket", text(inputs, "bucket"), "bucket");
    const key = limitedKey(ctx);
    if (key !== undefined)
      throw new CloudError(
        "forbidden",
        `the account has keys with grants for single buckets (${key}), and bucket policies do not work beside them; use grants only`,
        "policy",
      );
  },
};

const logging: Hooks = {
  ...setting,
  validate(ctx, inputs) {
    requireParent(ctx, "SpacesBucket", text(inputs, "bucket"), "bucket");
    requireParent(ctx, "SpacesBucket", text(inputs, "targetBucket"), "targetBucket");
  },
};

function isVersioned(ctx: Context, bucketName: string): boolean {
  const versioning = ctx.account.get(tokenOf("SpacesBucket"), bucketName)?.object["versioning"];
  return isObject(versioning) && versioning["enabled"] === true;
}

/** Another version for every other object; which one means nothing. */
function versionOf(inputs: Properties): string {
  return createHash("sha256").update(JSON.stringify(inputs)).digest("base64url").slice(0, 32);
}

const bucketObject: Hooks = {
  ...objectServer,
  validate: (ctx, inputs) => void requireParent(ctx, "SpacesBucket", text(inputs, "bucket"), "bucket"),
  // Two buckets may hold the same key, so the key alone, which the real plugin uses, would not do here.
  id: (_ctx, inputs) => `${text(inputs, "bucket")}/${text(inputs, "key")}`,
  outputs(ctx, _id, inputs) {
    return {
      etag: createHash("md5").update(bodyOf(inputs)).digest("hex"),
      contentType: text(inputs, "contentType") ?? "binary/octet-stream",
      versionId: isVersioned(ctx, text(inputs, "bucket") ?? "") ? versionOf(inputs) : "",
    };
  },
};

const key: Hooks = {
  ...ruleServer,
  validate(ctx, inputs, previous) {
    if (!previous) requireBelow(limits.keys, objectsOf(ctx, "SpacesKey").length, "Spaces keys");
    for (const grant of objects(inputs, "grants")) {
      const permission = text(grant, "permission") ?? "";
      if (!["read", "readwrite", "fullaccess"].includes(permission))
        throw new CloudError(
          "unprocessable_entity",
          `${permission} must be one of read, readwrite, fullaccess`,
          "grants.permission",
        );
      const name = text(grant, "bucket") ?? "";
      if (permission === "fullaccess" && name === "") continue;
      requireParent(ctx, "SpacesBucket", name, "grants.bucket");
      if (objectsOf(ctx, "SpacesBucketPolicy").length > 0)
        throw new CloudError(
          "forbidden",
          `the account has bucket policies, and a key with a grant for ${name} does not work beside them; use grants only`,
          "grants",
        );
    }
  },
  outputs(ctx, id, _inputs, previous): Properties {
    if (previous) return {};
    return { accessKey: id, secretKey: spacesKeyPair().secretKey, createdAt: ctx.now() };
  },
  id: () => spacesKeyPair().accessKey,
};

/** Hooks by class name. */
export const spacesHooks: Readonly<Record<string, Hooks>> = {
  SpacesBucket: bucket,
  SpacesBucketCorsConfiguration: setting,
  SpacesBucketPolicy: policy,
  SpacesBucketLogging: logging,
  SpacesBucketObject: bucketObject,
  SpacesKey: key,
};
