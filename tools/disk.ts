// Refuses a build that would fill the disk, before it starts.
import { mkdir, statfs } from "node:fs/promises";
import { littleDisk } from "./failures.ts";

/** Free bytes of the file system that holds a folder. */
export type FreeBytes = (folder: string) => Promise<number>;

/** Throws when one of the folders that the build writes to has less than `needed` bytes left. */
export async function checkDisk(
  title: string,
  folders: readonly string[],
  needed: number,
  freeBytes: FreeBytes = statFreeBytes,
): Promise<void> {
  for (const folder of folders) {
    const free = await freeBytes(folder);
    if (free < needed) throw littleDisk(title, folder, free, needed);
  }
}

async function statFreeBytes(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
