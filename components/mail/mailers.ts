// Who sends mail: the Sidekiq threads that serve the queue `mailers`, wherever they run.
import { parseQueue } from "../mastodon/rules/queues.ts";
import { mostReplicas, type MastodonSettings } from "../mastodon/settings.ts";
import type { WorkerSettings } from "../workers/settings.ts";

/** One place that sends. */
export interface Mailer {
  /** Path of its settings. */
  readonly path: string;
  /** Most pods; a worker outside the cluster is one. */
  readonly pods: number;
  /** Threads of each pod. */
  readonly threads: number;
}

const mailQueue = "mailers";

/**
 * Everybody that may take a job of the queue, with every thread: weights share time, not threads. The one extra pod of a roll is
 * left out, because SES lets short bursts pass.
 */
export function mailers(
  { groups }: Pick<MastodonSettings["sidekiq"], "groups">,
  workers: Readonly<Record<string, Pick<WorkerSettings, "queues" | "threads">>>,
): Mailer[] {
  const inCluster = Object.entries(groups)
    .filter(([, { queues }]) => queues.some((entry) => parseQueue(entry).name === mailQueue))
    .map(([name, group]) => ({
      path: `mastodon.sidekiq.groups.${name}`,
      pods: mostReplicas(group),
      threads: group.threads,
    }));
  const outside = Object.entries(workers)
    .filter(([, { queues }]) => queues.includes(mailQueue))
    .map(([name, { threads }]) => ({ path: `workers.${name}`, pods: 1, threads }));
  return [...inCluster, ...outside];
}

/** Messages that may be on their way to SES at the same time. */
export function mailerThreads(senders: readonly Mailer[]): number {
  return senders.reduce((sum, { pods, threads }) => sum + pods * threads, 0);
}
