// Objects in buckets: their address, digest and media type.
import { createHash } from "node:crypto";
import type { Context, Failure, Hooks, Properties } from "../contract.ts";
import { CloudError } from "../contract.ts";
import type { Behaviour } from "../declared-types.ts";
import { text } from "../shared/values.ts";
import { stableHex } from "./identifiers.ts";
import { needBucket } from "./lookups.ts";
import { plain } from "../plain.ts";

const hooks: Hooks = {
  validate: needLockedBucket,
  id: (ctx, inputs) => `${plain(inputs["bucket"])}/${keyOf(ctx, inputs)}`,
  outputs: (ctx, id, inputs) => ({
    acl: "private",
    arn: `arn:aws:s3:::${id}`,
    bucketKeyEnabled: false,
    contentType: "application/octet-stream",
    etag: createHash("md5").update(contentOf(inputs)).digest("hex"),
    key: keyOf(ctx, inputs),
    kmsKeyId: "",
    serverSideEncryption: "AES256",
    storageClass: "STANDARD",
    versionId: versionOf(ctx, inputs),
    ...checksums(ctx, inputs),
    ...given(inputs),
  }),
};

/** `BucketObject` and `BucketObjectv2`. */
export const bucketObject: Behaviour = { check: contentFailures, hooks };

// What the program says counts before what S3 would choose.
function given(inputs: Properties): Properties {
  const names = ["acl", "bucketKeyEnabled", "contentType", "etag", "kmsKeyId", "serverSideEncryption", "storageClass"];
  return Object.fromEntries(names.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]])));
}

function keyOf(ctx: Context, inputs: Properties): string {
  return text(inputs, "key") ?? ctx.name;
}

function contentOf(inputs: Properties): Buffer {
  const encoded = text(inputs, "contentBase64");
  if (encoded !== undefined) return Buffer.from(encoded, "base64");
  // An asset carries its own hash; its bytes are not needed to tell versions apart.
  return Buffer.from(text(inputs, "content") ?? JSON.stringify(inputs["source"] ?? ""));
}

function versionOf(ctx: Context, inputs: Properties): string {
  const versioning = ctx.account.get("aws:s3/bucketVersioning:BucketVersioning", plain(inputs["bucket"]));
  const kept = JSON.stringify(versioning?.object["versioningConfiguration"] ?? "").includes('"Enabled"');
  const locked = needBucket(ctx, inputs["bucket"]).object["objectLockEnabled"] === true;
  return kept || locked
    ? stableHex(32, plain(inputs["bucket"]), keyOf(ctx, inputs), contentOf(inputs).toString("hex"))
    : "";
}

function checksums({ type }: Context, inputs: Properties): Properties {
  if (!type.endsWith("v2")) return {};
  const asked = text(inputs, "checksumAlgorithm");
  const digest = (kind: string) => createHash(kind).update(contentOf(inputs)).digest("base64");
  return {
    checksumCrc32: "",
    checksumCrc32c: "",
    checksumCrc64nvme: "",
    checksumSha1: asked === "SHA1" ? digest("sha1") : "",
    checksumSha256: asked === "SHA256" ? digest("sha256") : "",
  };
}

function contentFailures(inputs: Properties): Failure[] {
  const sources = ["content", "contentBase64", "source"].filter((name) => inputs[name] !== undefined);
  if (sources.length < 2) return [];
  return [
    { property: sources[1]!, reason: `${sources.join(" and ")} are given; the content can come from one place only` },
  ];
}

function needLockedBucket(ctx: Context, inputs: Properties): void {
  const bucket = needBucket(ctx, inputs["bucket"]);
  const lock = ["objectLockMode", "objectLockRetainUntilDate", "objectLockLegalHoldStatus"].find(
    (name) => inputs[name] !== undefined,
  );
  if (!lock || bucket.object["objectLockEnabled"] === true) return;
  const message = `InvalidRequest: bucket ${bucket.id} is missing Object Lock configuration, so ${lock} cannot be given; make the bucket with objectLockEnabled`;
  throw new CloudError("unprocessable_entity", message, lock);
}
