// The programs of the database servers, and whether they are here.
import { storePrograms, type StoreProgram } from "../../tools/store-programs.ts";
import { unprivileged } from "../../tools/unprivileged.ts";
import { LocalCloudError } from "../errors.ts";
import type { StoreProcess } from "./kinds.ts";

/**
 * Path of a program.
 * @throws LocalCloudError that says why it is not here
 */
export async function requiredProgram(name: StoreProgram): Promise<string> {
  const { programs, missing } = await storePrograms();
  const path = programs[name];
  if (path !== undefined) return path;
  throw new LocalCloudError(`${name} is missing: ${missing[name] ?? "it was not looked for"}`);
}

/** Why one of the programs is not here; nothing when all are. */
export async function missingProgram(names: readonly StoreProgram[]): Promise<string | undefined> {
  const { missing } = await storePrograms();
  const name = names.find((one) => missing[one] !== undefined);
  return name && `${name} is missing: ${missing[name]}`;
}

/** A process of a store that is not root, also where its supervisor is. */
export function unprivilegedProcess(name: string, command: readonly [string, ...string[]]): StoreProcess {
  const [program = command[0], ...args] = unprivileged(command, { diesWithParent: true });
  return { name, program, args };
}
