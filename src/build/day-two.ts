// Builds what the server needs besides running: its first owner, search indices, clean-ups, blocked mail domains, single commands.
import { DayTwo } from "../../components/mastodon/day-two/day-two.ts";
import { type DayTwoJob, dayTwoJobs, type DayTwoNeeds } from "../../components/mastodon/day-two/jobs.ts";
import { namespaceName } from "../../components/mastodon/kubernetes/namespace.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import { railsImageOf } from "../../components/mastodon/images.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import { sidekiqPlacement } from "./server.ts";

export interface DayTwoParts {
  readonly compute: Compute;
  readonly databases: Databases;
  readonly mastodon: Mastodon;
}

function dayTwoNeeds({ settings: { dayTwo: settings, database, domains } }: Context): DayTwoNeeds {
  const { local, web } = domains;
  return { settings, searching: database.opensearch !== undefined, domains: [...new Set([local, web])] };
}

/** Nothing where the settings ask for nothing. */
export function buildDayTwo(context: Context, { compute, databases, mastodon }: DayTwoParts): DayTwo | undefined {
  const { settings } = context;
  const needs = dayTwoNeeds(context);
  if (settings.mastodon.stopped || dayTwoJobs(needs).length === 0) return undefined;
  const { postgresql, queue, cache, search } = databases;
  return new DayTwo(
    "day-two",
    {
      ...needs,
      provider: compute.kubernetes,
      namespace: mastodon.namespace,
      image: railsImageOf(settings.mastodon),
      placement: sidekiqPlacement(settings),
      resources: settings.dayTwo.resources,
      flows: {
        vpc: settings.network.ipRange,
        directPort: postgresql.port,
        valkeyPorts: cache ? [queue.port, cache.port] : [queue.port],
        searchPorts: search ? [search.port] : [],
      },
      searchHost: search?.host,
    },
    { dependsOn: [mastodon] },
  );
}

/** The jobs in the list of what runs. */
export function dayTwoWorkloads(context: Context, dayTwo: DayTwo | undefined) {
  if (dayTwo === undefined) return [];
  return dayTwoJobs(dayTwoNeeds(context)).map(({ name, role, occasion }) => ({
    namespace: namespaceName,
    name: dayTwo.names.get(name) ?? name,
    kind: kindOf(occasion),
    process: role,
    replicas: 1,
  }));
}

function kindOf(occasion: DayTwoJob["occasion"]): "CronJob" | "Job" {
  return "at" in occasion ? "CronJob" : "Job";
}
