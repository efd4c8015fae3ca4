// The S3 server of one provider and region, as emulated buckets use it: there while a bucket is in it, and no longer.
import { join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { authorityFiles } from "../authority.ts";
import { deleteStore, runningPorts, startStore } from "../index.ts";
import { locked } from "../../processes/locked.ts";
import { authorityFolder, storesFolder } from "../record.ts";
import { s3Client } from "./client.ts";
import { readRootKey } from "./kind.ts";

/** Names one server. */
export interface S3Region {
  readonly home: string;
  /** Package of the provider. */
  readonly provider: "aws" | "digitalocean";
  readonly region: string;
}

/** A server that answers. */
export interface S3Connection {
  readonly client: S3Client;
  /** Without a scheme: `127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** Where its data and users lie. */
  readonly folder: string;
}

const titles = { aws: "S3", digitalocean: "Spaces" };
const changeLimit = 300_000;

/** The store's id. */
export function regionId({ provider, region }: S3Region): string {
  return `s3-${provider}-${region}`;
}

const connections = new Map<string, Promise<S3Connection>>();
const clients = new Map<string, { port: number; connection: S3Connection }>();

/** The server of the region, which is started where it does not run. */
export async function connect(place: S3Region): Promise<S3Connection> {
  const id = regionId(place);
  const known = clients.get(`${place.home} ${id}`);
  if (known && runningPorts(place.home, id)?.["s3"] === known.port) return known.connection;
  const key = `${place.home} ${id}`;
  // Calls of the same moment share one start.
  const pending = connections.get(key) ?? start(place).finally(() => connections.delete(key));
  connections.set(key, pending);
  return pending;
}

async function start(place: S3Region): Promise<S3Connection> {
  const { home, provider, region } = place;
  const id = regionId(place);
  const title = `${titles[provider]} ${region}`;
  const { folder, ports } = await startStore(home, { id, title, kind: "s3", settings: { region } });
  const port = ports["s3"] ?? 0;
  const authority = authorityFiles(authorityFolder(home)).certificate;
  const client = s3Client({ port, region, key: readRootKey(folder), authority });
  const connection = { client, endpoint: `127.0.0.1:${port}`, folder };
  clients.set(`${home} ${id}`, { port, connection });
  return connection;
}

const queues = new Map<string, Promise<unknown>>();

/**
 * Runs a change of the region's buckets or users while no other one runs, in this process or another: the first bucket starts the
 * server and the last one ends it, and policies are written as a whole.
 */
export async function changing<T>(place: S3Region, change: () => Promise<T>): Promise<T> {
  // Another name than the store's own lock, which is taken inside this one.
  const folder = join(storesFolder(place.home), `${regionId(place)}.changes`);
  const before = queues.get(folder) ?? Promise.resolve();
  // In this process by a queue, which is fast and fair; between processes by a lock on disk.
  const mine = before.then(() => locked({ folder, lock: `${folder}.lock` }, changeLimit, change));
  queues.set(
    folder,
    mine.catch(() => undefined),
  );
  return mine;
}

/** Ends the server and wipes its data. */
export async function removeRegion(place: S3Region): Promise<void> {
  clients.delete(`${place.home} ${regionId(place)}`);
  await deleteStore(place.home, regionId(place));
}
