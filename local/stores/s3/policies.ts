// Brings users and bucket policies of a local S3 server to what the account says: as a whole, and only what differs.
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { Statement } from "./access.ts";
import { isS3Error } from "./client.ts";
import { storeExists } from "../index.ts";
import { changing, connect, regionId, type S3Region } from "./region.ts";
import { type S3User, writeS3Users } from "./server.ts";

/** Everybody who may do anything, and what. */
export interface Access {
  readonly users: readonly S3User[];
  /** The statements about a bucket. */
  readonly statements: (bucket: string) => readonly Statement[];
}

const waiting = new Map<string, Promise<void>>();

/**
 * Applies what `wanted` says at the moment of the change, so that of several calls at once the last one's account counts. Calls that
 * come while one waits for its turn are answered by that one.
 */
export async function applyAccess(place: S3Region, wanted: () => Access): Promise<void> {
  const key = `${place.home} ${place.provider} ${place.region}`;
  const queued = waiting.get(key);
  if (queued) return queued;
  const mine = changing(place, async () => {
    waiting.delete(key);
    if (!storeExists(place.home, regionId(place))) return; // its last bucket went meanwhile
    const { client, folder } = await connect(place);
    const { users, statements } = wanted();
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    // Users first: a policy that names an unknown one is refused.
    writeS3Users(folder, users);
    for (const { Name = "" } of Buckets) await applyPolicy(client, Name, statements(Name));
  }).finally(() => {
    if (waiting.get(key) === mine) waiting.delete(key);
  });
  waiting.set(key, mine);
  return mine;
}

async function applyPolicy(client: S3Client, Bucket: string, statements: readonly Statement[]): Promise<void> {
  const Policy = statements.length === 0 ? "" : JSON.stringify({ Version: "2012-10-17", Statement: statements });
  if (Policy === (await presentPolicy(client, Bucket))) return;
  if (Policy === "") await client.send(new DeleteBucketPolicyCommand({ Bucket }));
  else await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
}

async function presentPolicy(client: S3Client, Bucket: string): Promise<string> {
  try {
    return (await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy ?? "";
  } catch (error) {
    if (isS3Error(error, "NoSuchBucketPolicy")) return "";
    throw error;
  }
}
