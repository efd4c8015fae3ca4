// What is known of Mastodon's releases. A newer minor than these is not refused for being unknown.

interface KnownMinor {
  readonly major: number;
  readonly minor: number;
  /** Oldest patch without holes that are known and mended; undefined where the minor gets no more mends. */
  readonly safe?: number;
  /** The release to pass through on the way to a newer minor. */
  readonly through: string;
}

/**
 * Oldest first. 4.5.18, 4.6.8 and 4.7.2 came out together in September 2026 with security mends (pull requests 40519, 40518 and 40517 of
 * mastodon/mastodon). 4.4 is supported until 17 Dec 2026 (SECURITY.md of 4.6.5), its newest patch was not looked up. The patches to pass
 * through of minors without support are their first ones, which exist for certain; a newer one serves as well. Looked up 2026-11-23.
 */
export const knownMinors: readonly KnownMinor[] = [
  { major: 4, minor: 2, through: "4.2.0" },
  { major: 4, minor: 3, through: "4.3.0" },
  { major: 4, minor: 4, safe: 0, through: "4.4.0" },
  { major: 4, minor: 5, safe: 18, through: "4.5.18" },
  { major: 4, minor: 6, safe: 8, through: "4.6.8" },
  { major: 4, minor: 7, safe: 2, through: "4.7.2" },
];

/** Mastodon's `db:pre_migration_check` refuses an older server (lib/tasks/db.rake of 4.6.5). */
export const oldestPostgresql = 14;

/**
 * Oldest schema from which migrations can run while the old version serves: 4.2 up to 4.6, 4.3 from 4.7 on (the same file, and main of
 * 7 Aug 2026). Who visits each minor is never below it; an imported database may be.
 */
export function oldestSchema({ major, minor }: { readonly major: number; readonly minor: number }) {
  return major > 4 || minor >= 7 ? { major: 4, minor: 3 } : { major: 4, minor: 2 };
}
