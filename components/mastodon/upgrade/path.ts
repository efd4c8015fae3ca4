// Which version may follow which: each minor has its turn, and nothing goes back past migrations that old code does not know.
import type { Problem } from "../../problem.ts";
import { compareReleases, minorOf, parseRelease, type Release } from "./release.ts";
import { knownMinors, oldestSchema } from "./releases.ts";

/** What the stack's state tells of the version before this run. */
export interface VersionBefore {
  /** The oldest version that some process still runs. */
  readonly running: string;
  /** The version whose last migrations, those after the roll, were begun most recently. */
  readonly migrated: string;
  /** The state tells that these did not come to their end. */
  readonly unfinished?: boolean;
}

type Minor = Pick<Release, "major" | "minor">;

interface Wanted {
  readonly version: string;
  readonly upgrades: { readonly downgradeTo?: string | undefined };
}

/**
 * What is wrong with going from the one to the other. Tags of somebody's own images that are no releases are not judged.
 * @param before undefined on a new stack, which may begin with any version
 */
export function versionPathProblems({ version, upgrades }: Wanted, before: VersionBefore | undefined): Problem[] {
  const { downgradeTo } = upgrades;
  if (downgradeTo !== undefined && downgradeTo !== version)
    return [
      {
        path: "mastodon.upgrades.downgradeTo",
        value: downgradeTo,
        message: `is not mastodon.version, which is ${version}: it is for the one run that goes back; remove it`,
      },
    ];
  const wanted = parseRelease(version);
  const [running, migrated] = [before?.running, before?.migrated].map((text) => parseRelease(text ?? ""));
  if (!wanted || downgradeTo === version) return [];
  if (migrated && compareReleases(wanted, migrated) < 0) return [downgrade(version, before?.migrated ?? "")];
  const missing = running ? missingBetween(running, wanted) : [];
  if (missing.length > 0) return [skip(wanted, version, before?.running ?? "", missing)];
  if (!before || !running || !migrated || byMinor(running, wanted) >= 0) return [];
  const isOpen = before.unfinished === true || byMinor(migrated, running) < 0;
  return isOpen ? [unfinished(version, before)] : [];
}

function byMinor(one: Minor, other: Minor): number {
  return one.major - other.major || one.minor - other.minor;
}

/** Mastodon asks for all migrations of a minor before those of the next, which may build on them. */
function unfinished(version: string, { running, migrated }: VersionBefore): Problem {
  const last = migrated === running ? "they were begun and did not end" : `those of ${migrated} were the last ones`;
  return {
    path: "mastodon.version",
    value: version,
    message:
      `cannot follow ${running} yet: the migrations after the roll to ${running} were not done (${last}). ` +
      `Set it to ${running}, run pulumi up again, which does them, and then ${version}`,
  };
}

function downgrade(version: string, migrated: string): Problem {
  return {
    path: "mastodon.version",
    value: version,
    message:
      `is older than ${migrated}, whose last migrations this database has had, and older code may not understand it; set it to ${migrated} or newer. ` +
      `The way back is to restore the dump of before ${migrated}, or the database as it was then, and to state so with ` +
      `mastodon.upgrades.downgradeTo: ${version} (docs/upgrades.md)`,
  };
}

function skip(wanted: Release, version: string, running: string, missing: readonly string[]): Problem {
  const [first = ""] = missing;
  const through = knownMinors.find((known) => minorOf(known) === first)?.through ?? `${first}.0`;
  const next = missing.length === 1 ? version : "one minor after the other";
  const floor = oldestSchema(wanted);
  const from = parseRelease(running);
  const below =
    from && byMinor(from, floor) < 0 ? ` ${minorOf(wanted)} migrates nothing older than ${minorOf(floor)}.` : "";
  return {
    path: "mastodon.version",
    value: version,
    message:
      `cannot follow ${running}: each minor version must have run once, and ${missing.join(", ")} would be left out.${below} ` +
      `Set it to ${through} or a newer ${first} first, run pulumi up, and then ${next}`,
  };
}

/** The minors that lie between two releases. Those of an older major are the known ones, since nobody knows here where it ended. */
function missingBetween(from: Release, to: Release): string[] {
  if (from.major === to.major) return minors(to.major, from.minor + 1, to.minor);
  if (from.major > to.major) return [];
  const known = knownMinors
    .filter(({ major, minor }) => major < to.major && (major - from.major || minor - from.minor) > 0)
    .map(minorOf);
  return [...known, ...minors(to.major, 0, to.minor)];
}

function minors(major: number, first: number, end: number): string[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => `${major}.${first + index}`);
}
