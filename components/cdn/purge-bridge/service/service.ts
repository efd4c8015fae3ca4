// The whole service, put together: door, queue, purger.
import type { AddressInfo } from "node:net";
import type { CdnApi } from "./cdn-api.ts";
import type { Clock } from "./clock.ts";
import { Journal } from "./journal.ts";
import { Metrics } from "./metrics.ts";
import { PurgeQueue } from "./purge-queue.ts";
import { Purger, type PurgerParts } from "./purger.ts";
import { createDoor } from "./server.ts";

export interface ServiceOptions {
  readonly api: CdnApi;
  readonly clock: Clock;
  readonly hosts: readonly string[];
  readonly secret: string;
  /** File that remembers what waits. */
  readonly journal: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly address: string;
  readonly log: PurgerParts["log"];
}

export interface Service {
  readonly port: number;
  readonly metrics: Metrics;
  /** Takes nothing more, purges what waits, then resolves. */
  stop(): Promise<void>;
}

export async function startService(options: ServiceOptions): Promise<Service> {
  const { api, clock, log } = options;
  const journal = new Journal(options.journal);
  const metrics = new Metrics();
  const queue = new PurgeQueue(api.crowding);
  const kept = journal.read();
  if (kept.length > 0) log("goes on with what the last process left", { paths: kept.length });
  queue.add(kept);
  const purger = new Purger({ api, queue, journal, metrics, clock, log });
  const done = purger.run();
  let stopping = false;
  const hosts = new Set(options.hosts);
  const door = createDoor({ hosts, secret: options.secret, queue, journal, metrics, isStopping: () => stopping });
  await new Promise<void>((resolve, reject) => {
    door.once("error", reject).listen(options.port, options.address, resolve);
  });
  return {
    port: portOf(door.address()),
    metrics,
    async stop() {
      stopping = true;
      purger.stop();
      await done;
      await new Promise<void>((resolve) => {
        door.close(() => resolve());
      });
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the service listens on no port");
  return address.port;
}
