// The real servers behind the account's objects, for the commands: woken, ended, emptied, and removed where no object names them.
import { type AccountObject, withAccount } from "../account/index.ts";
import { storeMark } from "../stores/marks.ts";
import { deleteStore, listStores, resumeStores, stopStore } from "../stores/index.ts";
import { filledBuckets, wipeBucket } from "../stores/s3/contents.ts";

type Print = (line: string) => void;

/**
 * Starts every store that exists and does not run.
 * @returns the URNs of objects that are reached differently now: another program took the port
 */
export async function wakeStores(home: string, print: Print): Promise<string[]> {
  const moved = new Set(await resumeStores(home, print));
  if (moved.size === 0) return [];
  return withAccount(home, (account) => account.list())
    .filter((row) => moved.has(storeOf(row)) && row.urn !== "")
    .map(({ urn }) => urn);
}

/** Ends every store that runs, and keeps its data. Returns how many there were. */
export async function stopStores(home: string, print: Print): Promise<number> {
  const running = listStores(home).filter(({ state, pids }) => state === "running" || Object.keys(pids).length > 0);
  for (const { id, title } of running) {
    await stopStore(home, id);
    print(`Stopped ${title}; its data is kept.`);
  }
  return running.length;
}

/**
 * Empties every bucket that has a real server, locked versions too: the cloud would refuse to delete a bucket with something in it, and
 * here nothing may be left.
 */
export function emptyBuckets(home: string, print: Print): void {
  for (const { folder } of listStores(home).filter(({ kind }) => kind === "s3"))
    for (const { bucket, files } of filledBuckets(folder)) {
      wipeBucket(folder, bucket);
      print(`Emptied bucket ${bucket}: ${files} ${files === 1 ? "file" : "files"}, locked and old versions among them`);
    }
}

/** A store that no object names belongs to a creation that was killed. */
export async function removeOrphanStores(home: string, print: Print): Promise<void> {
  const owned = new Set(withAccount(home, (account) => account.list()).map(storeOf));
  for (const { id, title } of listStores(home)) {
    if (owned.has(id)) continue;
    print(`Removing ${title}, which no object of the account names`);
    await deleteStore(home, id);
  }
}

function storeOf({ object }: AccountObject): string {
  const id = object[storeMark];
  return typeof id === "string" ? id : "";
}
