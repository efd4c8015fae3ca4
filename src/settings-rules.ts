// Rules between subjects: each is a named pure function of checked settings that returns what is wrong.
import { connectionLimit } from "../components/database/plans.ts";
import { overlapProblems } from "../components/network/ranges.ts";
import type { Problem } from "../components/problem.ts";
import { bucketNames } from "./names.ts";
import type { Settings } from "./settings-schema.ts";

type Subject = keyof Settings;

/** A rule over all settings; it finds nothing where a subject that it needs is wrong in itself. */
type SettingsRule = (settings: Partial<Settings>) => Problem[];

function rule<Needed extends Subject>(
  needs: readonly Needed[],
  check: (settings: Pick<Settings, Needed>) => Problem[],
): SettingsRule {
  const isComplete = (settings: Partial<Settings>): settings is Partial<Settings> & Pick<Settings, Needed> =>
    needs.every((subject) => settings[subject] !== undefined);
  return (settings) => (isComplete(settings) ? check(settings) : []);
}

/** Nodes, pods and services need addresses of their own, and DigitalOcean keeps some for itself. */
export function assertRangesApart({ network, kubernetes }: Pick<Settings, "network" | "kubernetes">): Problem[] {
  return overlapProblems(
    [
      { path: "network.ipRange", range: network.ipRange },
      { path: "kubernetes.clusterSubnet", range: kubernetes.clusterSubnet },
      { path: "kubernetes.serviceSubnet", range: kubernetes.serviceSubnet },
    ],
    network.region,
  );
}

/** Web, streaming and the edge name the pool `web`; Sidekiq runs there too when there is no pool `sidekiq`. */
export function assertWebPool({ kubernetes }: Pick<Settings, "kubernetes">): Problem[] {
  const names = Object.keys(kubernetes.pools);
  if (names.includes("web")) return [];
  return [
    { path: "kubernetes.pools", value: names, message: "must hold a pool named web, which the web pods ask for" },
  ];
}

/** PostgreSQL's connections are fixed by its memory, and migrations and people need some besides the pool. */
export function assertPoolFitsDatabase({ database }: Pick<Settings, "database">): Problem[] {
  const { size, poolSize } = database.postgresql;
  const limit = connectionLimit(size);
  if (limit === undefined) {
    return [
      {
        path: "database.postgresql.size",
        value: size,
        message: "is not a size whose memory is known; use for example db-s-2vcpu-4gb",
      },
    ];
  }
  // Five for a migration, a dump and a person at the same time, on the direct port.
  const most = limit - 5;
  if (poolSize <= most) return [];
  return [
    {
      path: "database.postgresql.poolSize",
      value: poolSize,
      message: `must be at most ${most}: ${size} allows ${limit} connections, and 5 are kept for migrations, dumps and people; lower it or take a larger size`,
    },
  ];
}

/** The smallest plans have no standby (DigitalOcean, facts section 6). */
export function assertStandbyPossible({ database }: Pick<Settings, "database">): Problem[] {
  const instances = [
    ["database.postgresql", database.postgresql],
    ["database.valkey.queue", database.valkey.queue],
    ["database.valkey.cache", database.valkey.cache],
  ] as const;
  return instances
    .filter(([, { size, nodes }]) => nodes > 1 && size.endsWith("-1gb"))
    .map(([path, { size, nodes }]) => ({
      path: `${path}.nodes`,
      value: nodes,
      message: `must be 1, because ${size} cannot have a standby; take db-s-1vcpu-2gb or larger`,
    }));
}

/** Bucket names are unique in the whole cloud, so ours must at least differ from each other. */
export function assertBucketsDistinct(settings: Pick<Settings, "name" | "storage" | "backups">): Problem[] {
  const names = Object.entries(bucketNames(settings));
  return names
    .filter(([, name], index) => names.findIndex(([, other]) => other === name) !== index)
    .map(([purpose, name]) => ({
      path: purpose === "immutable" ? "backups.immutable.bucket" : `storage.${purpose}.name`,
      value: name,
      message: "is the name of another bucket of this stack; give each its own",
    }));
}

/** A copy in the same region would be lost with it. */
export function assertBackupsElsewhere({ storage }: Pick<Settings, "storage">): Problem[] {
  if (storage.backups.region !== storage.media.region) return [];
  return [
    {
      path: "storage.backups.region",
      value: storage.backups.region,
      message: "must be another region than storage.media.region, or one outage takes both",
    },
  ];
}

/** Every host name needs a record in the one zone, and a certificate of its own. */
export function assertDomainsInZone({ domains, dns }: Pick<Settings, "domains" | "dns">): Problem[] {
  const zone = dns.zone ?? domains.local;
  const entries = Object.entries(domains);
  const outside = entries
    .filter(([, domain]) => domain !== zone && !domain.endsWith(`.${zone}`))
    .map(([key, domain]) => ({
      path: `domains.${key}`,
      value: domain,
      message: `is not in the zone ${zone}; set dns.zone to the zone that holds all host names`,
    }));
  const own = entries.filter(([key]) => key !== "local");
  const repeated = own
    .filter(([, domain], index) => own.findIndex(([, other]) => other === domain) !== index)
    .map(([key, domain]) => ({
      path: `domains.${key}`,
      value: domain,
      message: "is already another service's host name; give each its own",
    }));
  return [...outside, ...repeated];
}

/** A worker's account needs a token of its own. */
export function assertWorkerAccountsKnown({ workers, secrets }: Pick<Settings, "workers" | "secrets">): Problem[] {
  const known = Object.keys(secrets.digitalocean);
  return Object.entries(workers)
    .filter(([, { account }]) => !known.includes(account))
    .map(([name, { account }]) => ({
      path: `workers.${name}.account`,
      value: account,
      message: `has no token; allowed: ${known.join(", ")}; add one with: pulumi config set --secret --path mastodon:secrets.digitalocean.${account}.token`,
    }));
}

/** All rules, in the order in which they are reported. */
export const settingsRules: readonly SettingsRule[] = [
  rule(["network", "kubernetes"], assertRangesApart),
  rule(["kubernetes"], assertWebPool),
  rule(["database"], assertPoolFitsDatabase),
  rule(["database"], assertStandbyPossible),
  rule(["name", "storage", "backups"], assertBucketsDistinct),
  rule(["storage"], assertBackupsElsewhere),
  rule(["domains", "dns"], assertDomainsInZone),
  rule(["workers", "secrets"], assertWorkerAccountsKnown),
];
