// How long the steps of a restore take, each with where the number comes from. Where nothing is known, that is said.

/** An estimate in minutes with its reason. */
export interface Estimate {
  readonly minutes: number;
  readonly basis: string;
}

/** A cluster with its first nodes: the plugin waits up to 30 minutes; 5 to 10 are usual by its documentation (2025). */
export const newCluster: Estimate = { minutes: 10, basis: "a new Kubernetes cluster, usually 5 to 10 minutes" };

export const newDatabase: Estimate = { minutes: 10, basis: "a new database cluster, assumed: no figure is published" };

export const update: Estimate = { minutes: 5, basis: "an update of a running cluster, assumed" };

/** Bytes in a second that are fetched and decrypted, and of the database that are loaded and indexed on one core (docs/staging.md: 20 GB an hour). */
const fetched = 50 * 1024 ** 2;
const loaded = 20e9 / 3600;

/** @param databaseBytes size of the database itself; nothing in older manifests, which is then taken as three times the dump's */
export function restoring(dumpBytes: number, databaseBytes = dumpBytes * 3): Estimate {
  const seconds = dumpBytes / fetched + databaseBytes / loaded;
  return {
    minutes: Math.max(1, Math.ceil(seconds / 60)),
    basis: "fetched at 50 MiB/s, loaded at 20 GB an hour (one core; several are faster)",
  };
}

/** The platform's copy: its documentation gives no time. It replays a day of transactions at most. */
export const copiedCluster: Estimate = { minutes: 30, basis: "the platform's copy, assumed: no figure is published" };
