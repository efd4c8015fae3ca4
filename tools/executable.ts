// Whether something can be run.
import { accessSync, constants } from "node:fs";

/** Whether the file is there, and may be executed by us. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
