// A Mastodon release as numbers that can be compared.
import { z } from "zod";
import { mastodonVersion } from "../versions.ts";

const form = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[a-z0-9.]+)?$/;

export const releaseSchema = z.string().regex(form, {
  error: `must be a Mastodon release without the v, for example ${mastodonVersion}`,
});

export interface Release {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** What stands after a hyphen: `rc.1`. Empty for a final release, which is newer than all of its candidates. */
  readonly candidate: string;
}

/** Undefined for what is no release, such as the tag of an image that somebody named otherwise. */
export function parseRelease(text: string): Release | undefined {
  const parts = form.exec(text);
  if (!parts) return undefined;
  const [, major, minor, patch, candidate = ""] = parts;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), candidate: candidate.slice(1) };
}

/** Less than zero where `one` is older than `other`. */
export function compareReleases(one: Release, other: Release): number {
  const [candidate, otherCandidate] = [one.candidate, other.candidate];
  const number = one.major - other.major || one.minor - other.minor || one.patch - other.patch;
  if (number !== 0 || candidate === otherCandidate) return number;
  if (candidate === "" || otherCandidate === "") return candidate === "" ? 1 : -1;
  return candidate.localeCompare(otherCandidate, "en", { numeric: true });
}

/** `4.6` */
export function minorOf({ major, minor }: Pick<Release, "major" | "minor">): string {
  return `${major}.${minor}`;
}
