// The per-user cache of finished artifacts: a folder is there whole or not at all, and every checkout shares it.
import { createHash } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { withLock } from "./lock.ts";

/** Where finished artifacts lie: `${XDG_CACHE_HOME:-~/.cache}/mastodon-stack`. */
export function cacheRoot(): string {
  const xdg = process.env["XDG_CACHE_HOME"] ?? "";
  return join(isAbsolute(xdg) ? xdg : join(homedir(), ".cache"), "mastodon-stack"); // a relative one counts as unset
}

/** Twelve hexadecimal digits that change when the name or the content of any input changes. */
export function cacheKey(inputs: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(inputs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 12);
}

export interface CachedFolder {
  /** Full path that the finished folder has. */
  readonly folder: string;
  /** Files that a finished folder holds, relative to it. */
  readonly files: readonly string[];
}

/** Whether the folder is there and complete. */
export function isCached({ folder, files }: CachedFolder): boolean {
  try {
    for (const file of files) accessSync(join(folder, file), constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes the folder unless it is there: `build` fills a draft beside it, which then gets its name in one step.
 * Of several processes one builds and the others wait for it, each told once through `onWait`.
 * When `build` throws, nothing is kept.
 */
export async function ensureCached(
  target: CachedFolder,
  build: (draft: string) => Promise<void>,
  onWait: () => void = () => {},
): Promise<void> {
  if (isCached(target)) return;
  await withLock(target.folder, onWait, async () => {
    if (isCached(target)) return;
    const prefix = `.draft-${basename(target.folder)}-`;
    await removeLeftovers(target.folder, prefix);
    const draft = await mkdtemp(join(dirname(target.folder), prefix));
    try {
      await build(draft);
      if (!isCached({ ...target, folder: draft })) throw new Error(`${draft} lacks one of ${target.files.join(", ")}`);
      await chmod(draft, 0o755); // drafts are private, finished folders are not
      await rename(draft, target.folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
}

/** Drafts of crashed builds and a folder from which files were deleted; only the lock's holder may do this. */
async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  for (const name of await readdir(dirname(folder))) {
    if (name.startsWith(prefix)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}
