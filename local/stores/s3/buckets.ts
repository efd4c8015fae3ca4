// Buckets on a local S3 server: made, set up, read and removed.
import {
  CreateBucketCommand,
  type DefaultRetention,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  type ObjectLockConfiguration,
  type ObjectOwnership,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { isS3Error } from "./client.ts";
import { changing, connect, removeRegion, type S3Region } from "./region.ts";

/**
 * Makes a bucket, and the server where it is the first one; one that is there already is taken over.
 * @param lock Versions can be locked against removal; only at creation.
 * @returns where the server listens
 */
export async function createBucket(place: S3Region, name: string, lock: boolean): Promise<string> {
  return changing(place, async () => {
    const { client, endpoint } = await connect(place);
    try {
      await client.send(
        new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: lock, ObjectOwnership: ownership(place) }),
      );
    } catch (error) {
      // A run that was killed may have made it.
      if (!isS3Error(error, "BucketAlreadyOwnedByYou", "BucketAlreadyExists")) throw error;
    }
    return endpoint;
  });
}

/** Objects at Spaces have access lists of their own; new buckets of Amazon's take none (S3 user guide, since April 2023). */
function ownership({ provider }: S3Region): ObjectOwnership {
  return provider === "digitalocean" ? "ObjectWriter" : "BucketOwnerEnforced";
}

/** What is known of a bucket from its server; nothing when it is gone. */
export async function readBucket(
  place: S3Region,
  name: string,
): Promise<{ readonly endpoint: string; readonly versioning: boolean } | undefined> {
  const { client, endpoint } = await connect(place);
  try {
    await client.send(new HeadBucketCommand({ Bucket: name }));
    const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: name }));
    return { endpoint, versioning: Status === "Enabled" };
  } catch (error) {
    if (isS3Error(error, "NotFound", "NoSuchBucket")) return undefined;
    throw error;
  }
}

/** Keeps old versions from now on, or stops doing so; a bucket that never kept any is left alone. */
export async function setVersioning(place: S3Region, name: string, enabled: boolean): Promise<void> {
  const { client } = await connect(place);
  const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: name }));
  if ((Status === "Enabled") === enabled) return;
  const VersioningConfiguration = { Status: enabled ? ("Enabled" as const) : ("Suspended" as const) };
  await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
}

/**
 * Sets for how long versions are locked. versitygw counts from the moment this was written, for all versions at once: each writing makes
 * locks longer, and a rule that was taken away would open what is locked, so there is no way to do that here.
 */
export async function setObjectLock(place: S3Region, name: string, rule: DefaultRetention): Promise<void> {
  const { client } = await connect(place);
  const wanted: ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: rule } };
  await client.send(new PutObjectLockConfigurationCommand({ Bucket: name, ObjectLockConfiguration: wanted }));
}

/**
 * Removes a bucket, and its server with the last one.
 * @param force With everything that is in it, which a locked version still refuses.
 * @throws S3ServiceException `BucketNotEmpty`
 */
export async function deleteBucket(place: S3Region, name: string, force: boolean): Promise<void> {
  await changing(place, async () => {
    const { client } = await connect(place);
    try {
      if (force) await emptyBucket(client, name);
      await client.send(new DeleteBucketCommand({ Bucket: name }));
    } catch (error) {
      if (!isS3Error(error, "NotFound", "NoSuchBucket")) throw error;
    }
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    if (Buckets.length === 0) await removeRegion(place);
  });
}

/** Removes every version of every object. */
async function emptyBucket(client: S3Client, name: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: name }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects } }));
    const [refused] = Errors;
    if (refused) throw new Error(`${name}/${refused.Key} cannot be removed: ${refused.Message ?? refused.Code}`);
  }
}
