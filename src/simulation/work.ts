// One second of work: which jobs the ready processes get done, within their threads, their cores and the database's connections.
import type { Cost } from "./assumptions.ts";
import type { ProcessGroup } from "./groups.ts";
import type { WaitingJobs } from "./queue.ts";

type Queues = ReadonlyMap<string, WaitingJobs>;
type Costs = ReadonlyMap<string, Cost>;

/**
 * Takes the jobs that are done in this second out of their queues.
 * @param ready processes of each group, in the groups' order
 * @param connections server connections of the pool for Sidekiq
 */
export function workOneSecond(
  groups: readonly ProcessGroup[],
  ready: readonly number[],
  queues: Queues,
  { costs, connections }: { readonly costs: Costs; readonly connections: number },
): void {
  const waiting = new Map([...queues].map(([name, queue]) => [name, queue.backlog]));
  const done = new Map<string, number>();
  groups.forEach((group, index) => {
    for (const [queue, jobs] of shareOut(group, ready[index] ?? 0, waiting, costs)) {
      waiting.set(queue, (waiting.get(queue) ?? 0) - jobs);
      done.set(queue, (done.get(queue) ?? 0) + jobs);
    }
  });
  const held = [...done].reduce((sum, [queue, jobs]) => {
    const cost = costs.get(queue);
    return sum + (cost === undefined ? 0 : jobs * cost.seconds * cost.databaseShare);
  }, 0);
  // Threads that wait for a connection do nothing else: everything is slower by as much as connections are missing.
  const pace = held > connections ? connections / held : 1;
  for (const [queue, jobs] of done) queues.get(queue)?.take(jobs * pace);
}

interface Room {
  threadSeconds: number;
  cpuSeconds: number;
}

/** Jobs by queue that one group gets done in a second. */
function shareOut(
  group: ProcessGroup,
  ready: number,
  waiting: ReadonlyMap<string, number>,
  costs: Costs,
): Map<string, number> {
  // Ruby runs one thread of a process at a time, so a process has one core.
  const room: Room = { threadSeconds: ready * group.threads, cpuSeconds: ready };
  const done = new Map<string, number>();
  if (group.queues.every(({ weight }) => weight === undefined)) {
    for (const { name } of group.queues) done.set(name, take(waiting.get(name) ?? 0, costs.get(name), room));
    return done;
  }
  byWeight(group, waiting, costs, room, done);
  return done;
}

/** Each fetch draws a queue by its weight; an empty one leaves its turn to the others. */
function byWeight(
  group: ProcessGroup,
  waiting: ReadonlyMap<string, number>,
  costs: Costs,
  room: Room,
  done: Map<string, number>,
): void {
  const left = (queue: string) => (waiting.get(queue) ?? 0) - (done.get(queue) ?? 0);
  for (let rounds = 0; rounds < group.queues.length; rounds++) {
    const open = group.queues.filter(({ name }) => left(name) > 0);
    const turn = open.reduce(
      (sum, { name, weight = 1 }) => {
        const cost = costs.get(name);
        return {
          threadSeconds: sum.threadSeconds + weight * (cost?.seconds ?? 0),
          cpuSeconds: sum.cpuSeconds + weight * (cost?.cpuSeconds ?? 0),
        };
      },
      { threadSeconds: 0, cpuSeconds: 0 },
    );
    const turns = Math.min(room.threadSeconds / turn.threadSeconds, room.cpuSeconds / turn.cpuSeconds);
    if (open.length === 0 || turns <= 0) return;
    for (const { name, weight = 1 } of open) {
      const taken = take(Math.min(left(name), turns * weight), costs.get(name), room);
      done.set(name, (done.get(name) ?? 0) + taken);
    }
  }
}

function take(wanted: number, cost: Cost | undefined, room: Room): number {
  if (cost === undefined) return 0;
  const jobs = Math.max(0, Math.min(wanted, room.threadSeconds / cost.seconds, room.cpuSeconds / cost.cpuSeconds));
  room.threadSeconds -= jobs * cost.seconds;
  room.cpuSeconds -= jobs * cost.cpuSeconds;
  return jobs;
}
