// Runs a program as a user who is not root, for servers that refuse to be root.
import { delimiter, join } from "node:path";
import { isExecutable } from "./executable.ts";

/** Everybody has this user and this group. */
export const nobody = { uid: 65_534, gid: 65_534 };

/** Whether programs have to be started through `unprivileged` at all. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The command line that runs `command` as `nobody` where this process is root, and the same command elsewhere. The right to pass through
 * folders is kept: root's home, which holds the cache and often the checkout, is closed to everybody else.
 * @param options.diesWithParent The kernel ends the program when the process that started it ends, however that ends.
 */
export function unprivileged(
  command: readonly string[],
  { diesWithParent = false }: { readonly diesWithParent?: boolean } = {},
): readonly string[] {
  if (!isRoot()) return command;
  const setpriv = setprivProgram();
  if (setpriv === undefined) return command; // the server then says itself that it does not run as root
  const user = [`--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, "--clear-groups"];
  const bound = diesWithParent ? ["--pdeathsig", "KILL"] : []; // a change of user undoes what was asked for before it
  return [
    setpriv,
    ...user,
    ...bound,
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
    "--",
    ...command,
  ];
}

function setprivProgram(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "setpriv")).find(isExecutable);
}
