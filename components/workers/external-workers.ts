// Queue workers on hosts that the stack does not make: all it has for them is a key to the tailnet.
import * as pulumi from "@pulumi/pulumi";
import { createKey, generationName } from "./key.ts";
import type { WorkerSettings } from "./settings.ts";

export interface ExternalWorkersArgs {
  /** By name. */
  readonly workers: Readonly<Record<string, WorkerSettings>>;
  /** The tailnet's policy: a worker's tag exists only once it is in force. */
  readonly policy: pulumi.Resource;
}

/** Hosts of somebody's own. */
export class ExternalWorkers extends pulumi.ComponentResource {
  /** Secret: by name, a key for one use within the hour. */
  readonly keys: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(name: string, { workers, policy }: ExternalWorkersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:workers:ExternalWorkers", name, {}, opts);
    const key = (worker: string, settings: WorkerSettings): pulumi.Output<string> =>
      createKey(generationName(name, worker, settings), worker, settings, { parent: this, policy });
    this.keys = new Map(Object.entries(workers).map(([worker, settings]) => [worker, key(worker, settings)]));
    this.registerOutputs();
  }
}
