// Whose a store's files are: the user's that its servers run as.
import { chownSync } from "node:fs";
import { isRoot, nobody } from "../../tools/unprivileged.ts";

/** Gives files to the user that the servers run as, who is somebody else where this process is root. */
export function handOver(...files: readonly string[]): void {
  if (!isRoot()) return;
  for (const file of files) chownSync(file, nobody.uid, nobody.gid);
}
