// The part of the status that tells which objects have a real server behind them, where it listens, and why others have none.
import pc from "picocolors";
import { z } from "zod";
import type { AccountObject } from "../account/index.ts";
import { plain } from "../providers/plain.ts";
import { section } from "../summary/render.ts";
import type { StoreStatus } from "../stores/index.ts";
import { emulatedMark, storeMark } from "../stores/marks.ts";

/** What is real of the things in and around a bucket, where its server is. */
const partsOfBuckets: Readonly<Record<string, string>> = {
  "digitalocean:index/spacesBucketObject:SpacesBucketObject": "real objects",
  "digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy": "real policies",
  "digitalocean:index/spacesKey:SpacesKey": "real users of the servers",
  "aws:iam/accessKey:AccessKey": "real users of the S3 server",
  "aws:iam/userPolicy:UserPolicy": "real for S3, otherwise emulated",
  "aws:s3/bucketObject:BucketObject": "real objects",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "real locks",
  "aws:s3/bucketObjectv2:BucketObjectv2": "real objects",
  "aws:s3/bucketPolicy:BucketPolicy": "real policies",
  "aws:s3/bucketVersioning:BucketVersioning": "real versions",
};

const bucketsOf: Readonly<Record<string, string>> = {
  aws: "aws:s3/bucket:Bucket",
  digitalocean: "digitalocean:index/spacesBucket:SpacesBucket",
};

/** What stands behind the objects of a type, in few words. */
export function behindType(type: string, rows: readonly AccountObject[]): string {
  const own = rows.filter((row) => row.type === type);
  const real = own.filter(({ object }) => object[storeMark] !== undefined).length;
  if (real > 0) return real === own.length ? "real server" : `${real} of ${own.length} with a real server`;
  const part = partsOfBuckets[type];
  const bucketType = bucketsOf[type.split(":")[0] ?? ""];
  const hasServer = rows.some((row) => row.type === bucketType && row.object[storeMark] !== undefined);
  return part !== undefined && hasServer ? part : "emulated";
}

/** Every object that could have a real server, and the servers themselves. Nothing where there is neither. */
export function describeStores(rows: readonly AccountObject[], stores: readonly StoreStatus[]): string[] {
  const objects = rows.flatMap(({ id, type, object }) => {
    const reason = object[emulatedMark];
    const store = stores.find((one) => one.id === object[storeMark]);
    if (store === undefined && typeof reason !== "string") return [];
    const name = typeof object["name"] === "string" ? object["name"] : id;
    return [[name, type.split(":").at(-1) ?? type, store ? store.title : `emulated: ${plain(reason)}`]];
  });
  const servers = stores.map(({ title, state, settings, ports, pids, log }) => [
    title,
    state === "running" ? pc.green(state) : pc.red(state),
    addressOf(settings, ports),
    Object.entries(pids)
      .map(([name, pid]) => `${name} ${pid}`)
      .join(", "),
    log,
  ]);
  return [
    ...(objects.length > 0 ? [section("Stores", [["object", "type", "behind it"], ...objects])] : []),
    ...(servers.length > 0
      ? [section("Servers of the stores", [["server", "state", "address", "processes", "log"], ...servers])]
      : []),
    ...(stores.some(({ kind }) => kind === "s3")
      ? ["Lifecycle rules, CORS, logging and encryption of buckets are emulated: nothing expires by itself."]
      : []),
    ...(stores.some(({ kind }) => kind === "postgresql" || kind === "valkey")
      ? [
          "Standby nodes, trusted sources and log sinks of databases are emulated: every server stands alone, and this machine reaches it.",
        ]
      : []),
  ];
}

/** Some servers have a loopback address of their own, with the platform's ports; others have a port of the common one. */
function addressOf(settings: unknown, ports: StoreStatus["ports"]): string {
  const { address, port } = addressSchema.safeParse(settings).data ?? {};
  if (address !== undefined) return port === undefined ? address : `${address}:${port}`;
  return Object.values(ports)
    .map((one) => `127.0.0.1:${one}`)
    .join(" ");
}

const addressSchema = z.object({ address: z.string(), port: z.number().optional() });
