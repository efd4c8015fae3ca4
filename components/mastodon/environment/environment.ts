// The environment of one process, split into what may be read by anyone and what is secret.
import type * as pulumi from "@pulumi/pulumi";
import { isReadBy, isSecret, type Process } from "./names.ts";

/** Variables by name. A variable that is `undefined` is left out, never set to nothing. */
export type Variables = Readonly<Record<string, pulumi.Input<string> | undefined>>;

export interface Environment {
  /** Goes into a ConfigMap. */
  readonly plain: Readonly<Record<string, pulumi.Input<string>>>;
  /** Goes into a Secret. */
  readonly secret: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Splits the variables of a process.
 * @throws Error when the process does not read a variable, and when one is empty: Mastodon acts on the presence of many,
 *   so that an empty `S3_ENDPOINT` is not the same as none.
 */
export function environmentOf(process: Process, variables: Variables): Environment {
  const set = Object.entries(variables).filter(
    (entry): entry is [string, pulumi.Input<string>] => entry[1] !== undefined,
  );
  for (const [name, value] of set) {
    if (!isReadBy(name, process))
      throw new Error(`${name} is not read by Mastodon's ${process} process; leave it out there`);
    if (value === "") throw new Error(`${name} of Mastodon's ${process} process is empty; leave it out instead`);
  }
  const sorted = set.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    plain: Object.fromEntries(sorted.filter(([name]) => !isSecret(name))),
    secret: Object.fromEntries(sorted.filter(([name]) => isSecret(name))),
  };
}
