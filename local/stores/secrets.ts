// The password by which the local cloud itself works on a server: one for each store, in a file that only its owner reads.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../processes/files.ts";

/** The password, made at the first call. @param folder The store's data. */
export function ensureSecret(folder: string): string {
  const file = secretFile(folder);
  if (!existsSync(file)) writeAtomically(file, randomBytes(24).toString("base64url"));
  return readFileSync(file, "utf8");
}

export function secretFile(folder: string): string {
  return join(folder, "keeper-password");
}
