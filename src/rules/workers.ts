// Workers outside the cluster: where they may be, what they may serve, and that no queue depends on one that ends.
import { parseQueue } from "../../components/mastodon/rules/queues.ts";
import type { Problem } from "../../components/problem.ts";
import { secretCommand } from "../../components/shapes.ts";
import { workerHostname } from "../../components/workers/key.ts";
import { dropletWorkers } from "../../components/workers/settings.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** A worker's account needs a token of its own. */
export function assertWorkerAccountsKnown({ workers, secrets }: Pick<Settings, "workers" | "secrets">): Problem[] {
  const known = Object.keys(secrets.digitalocean);
  return dropletWorkers(workers)
    .filter(([, { account }]) => !known.includes(account))
    .map(([name, { account }]) => ({
      path: `workers.${name}.account`,
      value: account,
      message: `has no token; allowed: ${known.join(", ")}; add one with: ${secretCommand(`secrets.digitalocean.${account}.token`)}`,
    }));
}

/** Other machines of the stack are called so on the tailnet, and are looked for by name; so are a worker's later droplets. */
const takenNames = /^(gateway|kubernetes)(-\d+)?$|^kansas-city$|-g\d+$/;

/** Of a label in DNS. */
const longestHostname = 63;

function assertWorkerNamesFree({ name: prefix, workers }: Pick<Settings, "name" | "workers">): Problem[] {
  return Object.entries(workers).flatMap(([name, settings]) => {
    const path = `workers.${name}`;
    const hostname = workerHostname(prefix, name, settings);
    if (takenNames.test(name))
      return [{ path, message: "is a name that the stack gives to another machine on the tailnet; call it otherwise" }];
    if (hostname.length <= longestHostname) return [];
    const message = `would be ${hostname} on the tailnet, ${hostname.length} characters; ${longestHostname} are allowed: choose a shorter name`;
    return [{ path, message }];
  });
}

/** A pool with more connections than threads keeps some from everybody else for nothing. */
function assertConnectionsUsed({ workers }: Pick<Settings, "workers">): Problem[] {
  return Object.entries(workers).flatMap(([name, { connections, threads }]) =>
    connections === undefined || connections <= threads
      ? []
      : [
          {
            path: `workers.${name}.connections`,
            value: connections,
            message: `is more than its ${threads} threads can use; lower it, or leave it out`,
          },
        ],
  );
}

/** Queues whose jobs write nothing that the search finds: deliveries and mail. */
const searchless: readonly string[] = ["push", "mailers"];

/**
 * The search is not among what workers reach. Where Mastodon is not told of it, posts that a job takes in never enter the search, without a
 * word (Mastodon's lib/chewy/strategy/mastodon.rb).
 */
function assertSearchKnowsAll({ workers, database }: Pick<Settings, "workers" | "database">): Problem[] {
  if (database.opensearch === undefined) return [];
  return Object.entries(workers)
    .filter(([, { queues }]) => queues.some((queue) => !searchless.includes(queue)))
    .map(([name, { queues }]) => ({
      path: `workers.${name}.queues`,
      value: queues,
      message: `must be of ${searchless.join(", ")} only while database.opensearch is set: what jobs of other queues take in would not be found; serve those in mastodon.sidekiq.groups`,
    }));
}

/** What the cluster leaves to workers is served by one, and not only for a time. */
function assertQueuesStayServed({ workers, mastodon }: Pick<Settings, "workers" | "mastodon">): Problem[] {
  const path = "mastodon.sidekiq.servedElsewhere";
  return mastodon.sidekiq.servedElsewhere.flatMap((entry) => {
    const { name: queue } = parseQueue(entry);
    const serving = Object.entries(workers).filter(([, { queues }]) => queues.some((one) => one === queue));
    if (serving.some(([, { until }]) => until === undefined)) return [];
    const terms = serving.map(([name, { until }]) => `${name} until ${until}`);
    const message =
      terms.length === 0
        ? "is served by no worker, so its jobs would pile up; add it to the queues of one under workers, or to a group"
        : `is served by workers that end (${terms.join(", ")}), and by nobody afterwards; take until away from one, or add it to a group of mastodon.sidekiq.groups`;
    return [{ path, value: entry, message }];
  });
}

export const workersRules = [
  rule(["workers", "secrets"], assertWorkerAccountsKnown),
  rule(["name", "workers"], assertWorkerNamesFree),
  rule(["workers"], assertConnectionsUsed),
  rule(["workers", "database"], assertSearchKnowsAll),
  rule(["workers", "mastodon"], assertQueuesStayServed),
];
