// The bridge from emulated buckets to real S3 servers: which region an object's server stands in, what a row remembers, how a refusal
// is told. The servers' code is loaded at the first use, since a plugin that makes no bucket should not pay for it.
import { emulatedMark, storeMark, switchedOff } from "../../stores/marks.ts";
import type { Access } from "../../stores/s3/policies.ts";
import type { S3Region } from "../../stores/s3/region.ts";
import { CloudError, type Context, type Properties, type StoredObject } from "../contract.ts";
import { text } from "./values.ts";

/** Marks a bucket or key whose deletion is under way, so that a parallel change grants nothing to it any more. */
const deletingMark = "__deleting";

/** The access key of the program's own provider, which the cloud lets do everything in the account's buckets. */
export const operatorMark = "__operator";

export const bucketServers = async () => import("../../stores/s3/buckets.ts");
export const objectServers = async () => import("../../stores/s3/objects.ts");

/** Where a bucket's server stands; nothing for an emulated one. */
export function regionOfBucket(
  ctx: Pick<Context, "home">,
  provider: S3Region["provider"],
  bucket: Pick<StoredObject, "object"> | undefined,
): S3Region | undefined {
  const region = bucket && text(bucket.object, "region");
  if (!region || text(bucket.object, storeMark) === undefined) return undefined;
  return { home: ctx.home, provider, region };
}

/**
 * Makes a new bucket on a real server, where there is one.
 * @returns what its row remembers, and the server's address; without an address it stays emulated
 */
export async function realBucket(
  ctx: Context,
  place: S3Region,
  name: string,
  lock: boolean,
): Promise<{ readonly row: Properties; readonly endpoint?: string }> {
  const reason = switchedOff();
  if (reason !== undefined) return { row: { [emulatedMark]: reason } };
  const { createBucket } = await bucketServers();
  try {
    const endpoint = await createBucket(place, name, lock);
    return { row: { [storeMark]: `s3-${place.provider}-${place.region}` }, endpoint };
  } catch (error) {
    // Without Go there is no server; everything else is a fault that must be seen.
    if (!(error instanceof Error) || error.name !== "EngineError") throw told(error);
    ctx.log("warning", `bucket ${name} stays emulated: ${error.message}`);
    return { row: { [emulatedMark]: error.message } };
  }
}

/** Applies the account's rules to all servers that stand behind some of the buckets. */
export async function applyEverywhere(
  ctx: Pick<Context, "home">,
  provider: S3Region["provider"],
  buckets: readonly StoredObject[],
  wanted: (region: string) => Access,
): Promise<void> {
  const regions = new Set(buckets.flatMap((bucket) => regionOfBucket(ctx, provider, bucket)?.region ?? []));
  if (regions.size === 0) return;
  const { applyAccess } = await import("../../stores/s3/policies.ts");
  await Promise.all(
    [...regions].map((region) => applyAccess({ home: ctx.home, provider, region }, () => wanted(region))),
  ).catch((error: unknown) => {
    throw told(error);
  });
}

/** A server's refusal as the cloud's own: its code, and what it says. */
export function told(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof CloudError) return error;
  if (error.name === "UntranslatedRule") return new CloudError("unprocessable_entity", error.message);
  const isRefusal = "$metadata" in error;
  return isRefusal ? new CloudError("conflict", `${error.name}: ${error.message}`) : error;
}

/** Marks the row in the transaction of its deletion. */
export function markDeleting(ctx: Context, { id, object }: StoredObject): void {
  ctx.account.put(ctx.type, id, { ...object, [deletingMark]: true });
}

/** Ends a bucket on its server; a refusal takes the mark of its deletion away again. */
export async function removeBucket(ctx: Context, place: S3Region, id: string, state: Properties): Promise<void> {
  try {
    await (await bucketServers()).deleteBucket(place, id, state["forceDestroy"] === true);
  } catch (error) {
    unmarkDeleting(ctx, id);
    throw told(error);
  }
}

/** Takes the mark away again: the deletion was refused. */
function unmarkDeleting(ctx: Context, id: string): void {
  ctx.account.transaction(() => {
    const stored = ctx.account.get(ctx.type, id);
    if (!stored) return;
    const { [deletingMark]: _, ...object } = stored.object;
    ctx.account.put(ctx.type, id, object);
  });
}

/** The objects that are there to stay. */
export function staying(rows: readonly StoredObject[]): StoredObject[] {
  return rows.filter(({ object }) => object[deletingMark] !== true);
}
