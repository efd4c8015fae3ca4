// Everything that connects to PostgreSQL, and how many connections each may have open at the worst moment.
import type { PoolName } from "../../../components/database/pools.ts";
import { workloadDemands } from "../../../components/mastodon/demand.ts";
import type { Settings } from "../../settings-schema.ts";
import { backupConnections } from "../backups.ts";
import { dayTwoConsumers, type DayTwoSubjects } from "../day-two.ts";

/** Pods or hosts of one kind that connect through a pool. */
export interface Consumer {
  /** Name of the workload, or of the worker outside the cluster. */
  readonly name: string;
  /** A worker outside the cluster has a pool of its own. */
  readonly pool: PoolName | "own";
  /** Most pods that an autoscaler or an operator may run. */
  readonly pods: number;
  /** Pods on top while a new revision rolls out, before old ones end. */
  readonly surge: number;
  /** Client connections that one pod may open. */
  readonly each: number;
  /** Path of the setting that decides on `each`, for advice. */
  readonly path: string;
  /** Whether it opens as many connections again to a read replica, where there is one. */
  readonly readsReplica: boolean;
}

/** All client connections of a consumer while it is at its most and rolls. */
export function connectionsOf({ pods, surge, each }: Pick<Consumer, "pods" | "surge" | "each">): number {
  return (pods + surge) * each;
}

/**
 * What connects through the pools. Each process takes as many connections as it has threads, since `DB_POOL` is unset for Rails and
 * refused in `mastodon.environment` (Mastodon 4.6.5 config/database.yml; facts/mastodon.md 4.2).
 */
export function consumersOf({ mastodon, workers }: Pick<Settings, "mastodon" | "workers">): Consumer[] {
  const { web, streaming, sidekiq } = mastodon;
  const pods = podsByName(mastodon);
  const groups = Object.entries(sidekiq.groups).map(([name, { threads }]): Consumer => ({
    ...pods(`sidekiq-${name}`),
    pool: "sidekiq",
    each: threads,
    path: `mastodon.sidekiq.groups.${name}.threads`,
    readsReplica: true,
  }));
  return [
    {
      ...pods("web"),
      pool: "web",
      // Puma's master may hold one more while it boots (facts/mastodon.md 4.2).
      each: web.workers * web.threads + 1,
      path: "mastodon.web.threads",
      readsReplica: true,
    },
    ...groups,
    ...workersOutside(workers),
    {
      ...pods("streaming"),
      pool: "streaming",
      each: streaming.connections,
      path: "mastodon.streaming.connections",
      readsReplica: false,
    },
  ];
}

/** Server connections of each worker's own pool: as given, or as many as its threads need. */
export function workerConnections({
  workers,
  database,
}: Pick<Settings, "workers" | "database">): Record<string, number> {
  const { clientsPerConnection } = database.postgresql;
  return Object.fromEntries(
    Object.entries(workers).map(([name, { connections, threads }]) => [
      name,
      connections ?? Math.ceil(threads / clientsPerConnection),
    ]),
  );
}

/** Droplets and other hosts, one Sidekiq process each; they are not told of a replica. */
function workersOutside(workers: Settings["workers"]): Consumer[] {
  return Object.entries(workers).map(([name, { threads }]): Consumer => ({
    name: `worker ${name}`,
    pool: "own",
    pods: 1,
    surge: 0,
    each: threads,
    path: `workers.${name}.threads`,
    readsReplica: false,
  }));
}

/** The pods of a workload at their most and in a roll, as the plan for nodes reckons with them too. */
function podsByName(mastodon: Settings["mastodon"]): (name: string) => Pick<Consumer, "name" | "pods" | "surge"> {
  const demands = workloadDemands(mastodon);
  return (name) => {
    const demand = demands.find((one) => one.name === name);
    if (!demand) throw new Error(`the workload ${name} has no demand`);
    return { name, pods: demand.most, surge: demand.surge };
  };
}

/** What goes past the pools, on the direct port. */
interface DirectConsumer {
  readonly name: string;
  readonly connections: number;
}

/** The settings that decide on what goes past the pools. */
export type DirectSubjects = DayTwoSubjects & Pick<Settings, "backups">;

/** `--concurrency 5` is tootctl's default and takes one more (lib/mastodon/cli/media.rb). */
const tootctlByHand = 6;

/**
 * Each may happen while all pools are full, and all at once: nothing keeps jobs from meeting. Jobs take from what tootctl by hand is given, so that
 * a clean-up or two need no larger database; people who start more look at `kubectl get jobs` before.
 */
export function directConsumers(settings: DirectSubjects): readonly DirectConsumer[] {
  const jobs = dayTwoConsumers(settings);
  const left = tootctlByHand - jobs.reduce((sum, { connections }) => sum + connections, 0);
  return [
    // The grant before it has ended by then; Rails may take a second one for the advisory lock.
    { name: "migration", connections: 2 },
    { name: "dump", connections: 1 },
    // From the replica where there is one, and from here when that is behind.
    ...(settings.backups.enabled ? [{ name: "backup", connections: backupConnections(settings) }] : []),
    ...jobs,
    ...(left > 0 ? [{ name: "tootctl", connections: left }] : []),
    { name: "people", connections: 1 },
  ];
}
