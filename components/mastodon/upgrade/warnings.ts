// What is allowed, and yet worth a second thought before an upgrade.
import type { VersionBefore } from "./path.ts";
import { compareReleases, minorOf, parseRelease } from "./release.ts";
import { knownMinors } from "./releases.ts";

interface Upgraded {
  readonly version: string;
  readonly upgrades: { readonly precondition: "dump" | "none"; readonly downgradeTo?: string | undefined };
}

/**
 * One line for each, in the form of problems of settings.
 * @param workers names of the workers outside the cluster
 * @param before undefined on a new stack
 */
export function upgradeWarnings(
  { version, upgrades }: Upgraded,
  workers: readonly string[] = [],
  before?: VersionBefore,
): string[] {
  const holes = knownHoles(version);
  const steps = before
    ? [acrossMinors(version, upgrades.downgradeTo, before), oldWorkers(version, workers, before)]
    : [];
  return [
    ...(holes === undefined ? [] : [`mastodon:mastodon.version: ${JSON.stringify(version)} ${holes}`]),
    ...(upgrades.precondition === "none"
      ? [
          'mastodon:mastodon.upgrades.precondition: "none" migrates without a dump: after a migration that went wrong only the platform\'s point-in-time restore into a new database remains',
        ]
      : []),
    ...steps.filter((step) => step !== undefined),
  ];
}

/** Within a minor the old code mostly runs on the newer tables; across minors hardly ever. */
function acrossMinors(
  version: string,
  downgradeTo: string | undefined,
  { migrated }: VersionBefore,
): string | undefined {
  const [to, from] = [parseRelease(version), parseRelease(migrated)];
  if (downgradeTo !== version || !to || !from) return undefined;
  if ((from.major - to.major || from.minor - to.minor) <= 0) return undefined;
  return (
    `mastodon:mastodon.upgrades.downgradeTo: ${JSON.stringify(downgradeTo)} goes back past a minor: ${migrated} has migrated the database, ` +
    `and ${downgradeTo} fails on it unless the dump of before was restored; do not go on without that (docs/upgrades.md)`
  );
}

/** The migrations after the roll take away what the old version reads, and nothing here ends a worker that is on a host of its own. */
function oldWorkers(version: string, workers: readonly string[], { running }: VersionBefore): string | undefined {
  if (workers.length === 0 || running === version) return undefined;
  return (
    `mastodon:mastodon.version: ${JSON.stringify(version)} leaves the workers outside the cluster (${workers.join(", ")}) on ${running} until their playbook ` +
    `is run, while the last migrations come right after the roll: stop them before pulumi up, and run the playbook after it (docs/workers.md)`
  );
}

function knownHoles(version: string): string | undefined {
  const release = parseRelease(version);
  const known = release && knownMinors.find((one) => minorOf(one) === minorOf(release));
  const newest = knownMinors.at(-1);
  if (!release || !newest) return undefined;
  const oldest = parseRelease(knownMinors[0]?.through ?? "");
  const isOlder = oldest !== undefined && compareReleases(release, { ...oldest, candidate: "0" }) < 0;
  if (isOlder || (known && known.safe === undefined))
    return `gets no more security mends; go on to ${newest.through}, one minor after the other`;
  if (!known || known.safe === undefined || release.patch >= known.safe) return undefined;
  return `has known security holes; take ${minorOf(known)}.${known.safe} or newer`;
}
