// Finished backups as copies hold them.
import type { Backup } from "../../../src/restore/copies.ts";

/** A backup of 100 accounts and 2000 posts, of half a GiB. */
export function finishedBackup(stamp: string, server: string): Backup {
  return {
    stamp,
    manifest: {
      version: 1,
      server,
      started: "2026-11-23T10:00:00Z",
      finished: "2026-11-23T10:10:00Z",
      file: { name: "dump.tar.zst.age", size: 512 * 1024 ** 2, sha256: "0".repeat(64) },
      postgresql: { server: "17.2" },
      databaseBytes: 2 * 1024 ** 3,
      tables: { accounts: 100, statuses: 2000 },
      newestStatus: "2026-11-23T09:59:00Z",
    },
  };
}
