// The rule that exactly one Sidekiq process schedules: a second one would do every periodic job twice.
import type { Problem } from "../../problem.ts";
import { parseQueue, type ServedQueues } from "./queues.ts";

const schedulerQueue = "scheduler";

/** The groups with the number of pods of each. */
export interface ScheduledGroups extends ServedQueues {
  readonly groups: Readonly<Record<string, CountedGroup>>;
}

interface CountedGroup {
  readonly queues: readonly string[];
  readonly replicas: number;
  readonly maxReplicas?: number | undefined;
}

/** Whether the group runs Mastodon's periodic jobs, and so must never run twice, not even during a roll. */
export function isScheduler(group: { readonly queues: readonly string[] }): boolean {
  return group.queues.some((entry) => parseQueue(entry).name === schedulerQueue);
}

/** Problems of the scheduler: in two groups, with several replicas, or outside the cluster, where nobody counts it. */
export function schedulerProblems({ groups, servedElsewhere }: ScheduledGroups): Problem[] {
  const schedulers = Object.entries(groups).filter(([, group]) => isScheduler(group));
  const names = schedulers.map(([name]) => name);
  const several = {
    path: "groups",
    value: names,
    message: `${names.length} groups serve the queue scheduler, but only one process may; keep it in one group`,
  };
  const elsewhere = {
    path: "servedElsewhere",
    value: schedulerQueue,
    message: "the scheduler must run in the cluster, which keeps it single; remove it from here",
  };
  return [
    ...(schedulers.length > 1 ? [several] : []),
    ...(servedElsewhere.some((entry) => parseQueue(entry).name === schedulerQueue) ? [elsewhere] : []),
    ...schedulers.flatMap(([name, { replicas, maxReplicas = 1 }]) => [
      ...onlyOne(`groups.${name}.replicas`, replicas),
      ...onlyOne(`groups.${name}.maxReplicas`, maxReplicas),
    ]),
  ];
}

function onlyOne(path: string, value: number): Problem[] {
  const message =
    "must be 1, because the group serves the queue scheduler; move other queues to a group of their own to run more of them";
  return value === 1 ? [] : [{ path, value, message }];
}

/** @throws Error when more or fewer than one process would schedule. */
export function assertSingleScheduler(groups: ScheduledGroups): void {
  const [problem] = schedulerProblems(groups);
  if (problem) throw new Error(`sidekiq.${problem.path}: ${problem.message}`);
  if (!Object.values(groups.groups).some(isScheduler))
    throw new Error("sidekiq.groups: no group serves the queue scheduler; add it to exactly one group");
}
