// Tables of the account file, and how it is opened so that several plugin processes can share it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LocalCloudError } from "../errors.ts";

/** Where the account lives below the local home. */
function accountPath(home: string): string {
  return join(home, "account.sqlite");
}

// Secrets (passwords, private keys, auth keys) are stored in clear: the file stands for the cloud's own database and
// holds nothing that opens a door outside this machine. The folder is readable by its owner only.
const tables = `
  CREATE TABLE IF NOT EXISTS objects (
    provider TEXT NOT NULL, owner TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, urn TEXT NOT NULL,
    object TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (provider, owner, type, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS objects_by_urn ON objects (urn);
  CREATE TABLE IF NOT EXISTS series (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS faults (
    number INTEGER PRIMARY KEY, type TEXT NOT NULL, operation TEXT NOT NULL, kind TEXT NOT NULL,
    remaining INTEGER NOT NULL, delay_ms INTEGER NOT NULL
  ) STRICT;
`;

/** How long a process waits for another one's write before it gives up. */
const busyTimeoutMs = 15_000;

/** Opens (and creates) the account file in write-ahead mode: readers never wait, writers queue. */
export function openDatabase(home: string): DatabaseSync {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(accountPath(home), { timeout: busyTimeoutMs });
  const patience = Date.now() + busyTimeoutMs;
  while (!isPrepared(database, patience)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  return database;
}

/**
 * Sets the file up; `false` when another process is doing so at this moment. SQLite does not wait for that lock by itself
 * when the journal's mode changes, and the plugins of one run all start together.
 */
function isPrepared(database: DatabaseSync, patience: number): boolean {
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec(tables);
    return true;
  } catch (error) {
    const isBusy = error instanceof Error && /database is locked/.test(error.message);
    if (isBusy && Date.now() < patience) return false;
    if (error instanceof Error && /not a database|malformed/.test(error.message)) {
      throw new LocalCloudError(
        `the account file ${database.location() ?? ""} is broken (${error.message}); put a copy back, or run \`npm run local -- stop\` and remove its folder to start from nothing`,
      );
    }
    throw error;
  }
}
