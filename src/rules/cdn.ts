// The CDN: what its purge service needs, and when the media may move to another host.
import { mediaMoveProblems } from "../../components/cdn/media-move/rules.ts";
import { dateOf } from "../../components/dates.ts";
import { parseQueue } from "../../components/mastodon/rules/queues.ts";
import type { Problem } from "../../components/problem.ts";
import { secretCommand } from "../../components/shapes.ts";
import { zoneName } from "../dns-plan.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** DigitalOcean's CDN purges through its API only. */
function assertPurgeToken({ cdn, secrets }: Pick<Settings, "cdn" | "secrets">): Problem[] {
  if (!cdn.purge.enabled || cdn.kind !== "spaces" || secrets.cdnPurge.token !== undefined) return [];
  const path = "secrets.cdnPurge.token";
  return [
    {
      path,
      message: `is missing, and cdn.purge.enabled needs it: make a DigitalOcean token with the scope cdn:delete only, then run: ${secretCommand(path)}`,
    },
  ];
}

/** Sidekiq's queue whose jobs call the purge service (Mastodon's app/workers/cache_buster_worker.rb). */
const purgeQueue = "pull";

/** Workers outside the cluster do not reach the purge service, and their jobs would end without having purged anything. */
function assertPurgeReachable({ cdn, mastodon, workers }: Pick<Settings, "cdn" | "mastodon" | "workers">): Problem[] {
  if (!cdn.purge.enabled) return [];
  const elsewhere = mastodon.sidekiq.servedElsewhere;
  const places = [
    ...(servesPurges(elsewhere) ? [{ path: "mastodon.sidekiq.servedElsewhere", value: elsewhere }] : []),
    ...Object.entries(workers)
      .filter(([, { queues }]) => servesPurges(queues))
      .map(([name, { queues }]) => ({ path: `workers.${name}.queues`, value: queues })),
  ];
  return places.map((place) => ({
    ...place,
    message: `must not hold ${purgeQueue} while cdn.purge.enabled is true: only Sidekiq in the cluster reaches the purge service; serve ${purgeQueue} in mastodon.sidekiq.groups alone, or turn the purge off`,
  }));
}

function servesPurges(queues: readonly string[]): boolean {
  return queues.some((entry) => parseQueue(entry).name === purgeQueue);
}

/** The other host of a move needs a record as well. */
function assertMoveInZone({ cdn, domains, dns }: Pick<Settings, "cdn" | "domains" | "dns">): Problem[] {
  const zone = zoneName({ domains, dns });
  const hosts = Object.entries({ to: cdn.mediaMove?.to, from: cdn.mediaMove?.from });
  return hosts.flatMap(([key, host]) =>
    host === undefined || dns.kind === "external" || host.endsWith(`.${zone}`)
      ? []
      : [
          {
            path: `cdn.mediaMove.${key}`,
            value: host,
            message: `is not in the zone ${zone}; choose a host name in it, or set dns.kind to external`,
          },
        ],
  );
}

/** A move of the media, as far as settings alone tell. */
function assertMediaMove(settings: Pick<Settings, "cdn" | "domains">, today: string): Problem[] {
  return mediaMoveProblems(settings, today);
}

export const cdnRules = [
  rule(["cdn", "secrets"], assertPurgeToken),
  rule(["cdn", "mastodon", "workers"], assertPurgeReachable),
  rule(["cdn", "domains", "dns"], assertMoveInZone),
  rule(["cdn", "domains"], (settings) => assertMediaMove(settings, dateOf(new Date()))),
];
