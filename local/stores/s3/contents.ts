// What lies in the buckets of a local S3 server, seen from its folder: for a destroy, which nothing may outlive.
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { foldersOf } from "./server.ts";

/** versitygw's own folder in each bucket: uploads in parts. */
const ownFolder = ".sgwtmp";

/** Every bucket of the server that is not empty, with the number of files that its objects and old versions take. */
export function filledBuckets(folder: string): { readonly bucket: string; readonly files: number }[] {
  const { data, versions } = foldersOf(folder);
  return namesIn(data)
    .map((bucket) => ({ bucket, files: filesIn(join(data, bucket)) + filesIn(join(versions, bucket)) }))
    .filter(({ files }) => files > 0);
}

/** Removes all objects and old versions of a bucket, which a lock would forbid to everybody who asks the server. */
export function wipeBucket(folder: string, bucket: string): void {
  const { data, versions } = foldersOf(folder);
  for (const name of namesIn(join(data, bucket)))
    rmSync(join(data, bucket, name), { recursive: true, force: true, maxRetries: 3 });
  rmSync(join(versions, bucket), { recursive: true, force: true, maxRetries: 3 });
}

function filesIn(folder: string): number {
  return namesIn(folder)
    .filter((name) => name !== ownFolder)
    .map((name) => join(folder, name))
    .reduce((sum, path) => sum + (isFolder(path) ? filesIn(path) : 1), 0);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
