// What is allowed, and yet worth a second thought before an upgrade.
import { compareReleases, minorOf, parseRelease } from "./release.ts";
import { knownMinors } from "./releases.ts";

interface Upgraded {
  readonly version: string;
  readonly upgrades: { readonly precondition: "dump" | "none" };
}

/** One line for each, in the form of problems of settings. */
export function upgradeWarnings({ version, upgrades }: Upgraded): string[] {
  const holes = knownHoles(version);
  return [
    ...(holes === undefined ? [] : [`mastodon:mastodon.version: ${JSON.stringify(version)} ${holes}`]),
    ...(upgrades.precondition === "none"
      ? [
          'mastodon:mastodon.upgrades.precondition: "none" migrates without a dump: after a migration that went wrong only the platform\'s point-in-time restore into a new database remains',
        ]
      : []),
  ];
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
