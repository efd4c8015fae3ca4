// Rules about which Sidekiq group serves which queue: none forgotten, none by accident in two places.
import type { Problem } from "../../problem.ts";

/** All queues of Mastodon 4.6 (config/sidekiq.yml:3-10). A queue that nobody serves fills up unseen. */
export const queues = ["default", "push", "ingress", "mailers", "pull", "scheduler", "fasp"] as const;

/** The queues in Sidekiq's notation (`push,6`), by group, and those that other workers serve. */
export interface ServedQueues {
  readonly groups: Readonly<Record<string, { readonly queues: readonly string[] }>>;
  readonly servedElsewhere: readonly string[];
}

/** `push,6` is the queue `push` with the weight 6. */
export function parseQueue(entry: string): { readonly name: string; readonly weight?: number } {
  const [name = "", weight] = entry.split(",");
  return weight === undefined ? { name } : { name, weight: Number(weight) };
}

/** Problems of queues: unknown, served by nobody, twice in one group, or in two groups without a weight in each. */
export function queueProblems(sidekiq: ServedQueues): Problem[] {
  return [
    ...unknownQueues(sidekiq),
    ...unservedQueues(sidekiq),
    ...doubleQueues(sidekiq),
    ...sharedQueues(sidekiq),
    ...mixedWeights(sidekiq),
  ];
}

/** @throws Error naming each queue that is unknown, unserved or served twice. */
export function assertEveryQueueServed(sidekiq: ServedQueues): void {
  const [first, ...others] = queueProblems(sidekiq);
  if (first) throw new Error([first, ...others].map(({ path, message }) => `${path}: ${message}`).join("\n"));
}

const entries = ({ groups }: ServedQueues) =>
  Object.entries(groups).flatMap(([group, { queues: listed }]) =>
    listed.map((entry) => ({ group, entry, ...parseQueue(entry) })),
  );

function unknownQueues(sidekiq: ServedQueues): Problem[] {
  const inGroups = entries(sidekiq).map(({ group, name }) => ({ path: `groups.${group}.queues`, name }));
  const elsewhere = sidekiq.servedElsewhere.map((entry) => ({ path: "servedElsewhere", name: parseQueue(entry).name }));
  return [...inGroups, ...elsewhere]
    .filter(({ name }) => !(queues as readonly string[]).includes(name))
    .map(({ path, name }) => ({
      path,
      value: name,
      message: `is no queue of Mastodon; allowed: ${queues.join(", ")}`,
    }));
}

function unservedQueues(sidekiq: ServedQueues): Problem[] {
  const served = new Set([...entries(sidekiq), ...sidekiq.servedElsewhere.map(parseQueue)].map(({ name }) => name));
  return queues
    .filter((queue) => !served.has(queue))
    .map((queue) => ({
      path: "groups",
      value: queue,
      message: `no group serves the queue ${queue}, so its jobs would pile up; add it to a group's queues`,
    }));
}

function doubleQueues(sidekiq: ServedQueues): Problem[] {
  return Object.entries(sidekiq.groups).flatMap(([group, { queues: listed }]) => {
    const names = listed.map((entry) => parseQueue(entry).name);
    return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name) => ({
      path: `groups.${group}.queues`,
      value: name,
      message: `lists the queue ${name} twice; list it once`,
    }));
  });
}

function sharedQueues(sidekiq: ServedQueues): Problem[] {
  return queues.flatMap((queue) => {
    const owners = entries(sidekiq).filter(({ name }) => name === queue);
    const groups = [...new Set(owners.map(({ group }) => group))];
    if (groups.length < 2 || owners.every(({ weight }) => weight !== undefined)) return [];
    return {
      path: "groups",
      value: queue,
      message: `the queue ${queue} is in the groups ${groups.join(" and ")}; name it in one, or give it a weight in each to share it`,
    };
  });
}

function mixedWeights({ groups }: ServedQueues): Problem[] {
  return Object.entries(groups)
    .filter(([, { queues: listed }]) => {
      const weighted = listed.filter((entry) => parseQueue(entry).weight !== undefined).length;
      return weighted > 0 && weighted < listed.length;
    })
    .map(([group, { queues: listed }]) => ({
      path: `groups.${group}.queues`,
      value: listed,
      message: "gives some queues a weight and others none; give each one a weight, or none for strict order",
    }));
}
