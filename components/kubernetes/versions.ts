// Which Kubernetes version a cluster is to have: the settings name a minor, the platform the patch, and nothing ever goes back.
import { z } from "zod";

/**
 * Minors that this program was tried with. Older ones are out of support: 1.34 ends on 27 Oct 2026 and is upgraded by force a month later
 * (DigitalOcean's supported releases, 19 Nov 2025). Newer ones are taken when the platform offers them.
 */
const oldestMinor = "1.35";

export const minorSchema = z
  .string({ error: 'must be a minor version in quotation marks, for example "1.36"' })
  .regex(/^1\.\d{2}$/, { error: 'must be a minor version without a patch, for example "1.36"' })
  .refine((minor) => !/^1\.\d{2}$/.test(minor) || compareMinors(minor, oldestMinor) >= 0, {
    error: `is no longer supported; allowed: "${oldestMinor}" and newer`,
  });

/** What is known of the cluster before the run. */
export interface RunningCluster {
  /** DigitalOcean's slug, for example `1.36.3-do.0`. */
  readonly version: string;
  /** Whether the platform says that an upgrade or another change is under way. */
  readonly busy: boolean;
}

/**
 * `keep`: the version is left to the platform, whatever the program says. `set`: a new cluster, or an upgrade to the next minor.
 * `refuse`: neither is possible, and the message says what is.
 */
export type VersionPlan =
  | { readonly kind: "keep" | "set"; readonly version: string }
  | { readonly kind: "refuse"; readonly message: string };

/**
 * Whether the platform has to be asked what really runs: only when the state does not show the wanted minor already. So ordinary runs
 * make no call, and patches that the platform installs never show up in a plan.
 */
export function isSettled(wanted: string, saved: string | undefined): saved is string {
  return saved !== undefined && minorOf(saved) === wanted;
}

/**
 * The plan for a cluster that is not settled.
 * @param running the cluster as the platform shows it; nothing when there is none
 * @param offered slugs on offer, in any order
 */
export function planVersion(
  wanted: string,
  running: RunningCluster | undefined,
  offered: readonly string[],
): VersionPlan {
  if (running !== undefined) {
    const step = Number(wanted.split(".")[1]) - Number(minorOf(running.version).split(".")[1]);
    if (step < 0)
      return refuse(
        `is lower than the cluster's ${running.version}, and no cluster can go back; set it to "${minorOf(running.version)}"`,
      );
    if (step === 0 || running.busy) return { kind: "keep", version: running.version };
    if (step > 1)
      return refuse(
        `is ${step} minors above the cluster's ${running.version}; upgrade one at a time, next to "${nextMinor(running.version)}"`,
      );
  }
  const newest = offered.filter((slug) => minorOf(slug) === wanted).toSorted(newestFirst)[0];
  if (newest !== undefined) return { kind: "set", version: newest };
  const minors = [...new Set(offered.map(minorOf))].toSorted(compareMinors).map((minor) => `"${minor}"`);
  return refuse(`is not on offer at DigitalOcean; allowed: ${minors.join(", ")}`);
}

function refuse(message: string): VersionPlan {
  return { kind: "refuse", message };
}

/** `1.36.3-do.0` → `1.36`. */
function minorOf(slug: string): string {
  return slug.split(".").slice(0, 2).join(".");
}

function nextMinor(slug: string): string {
  return `1.${Number(slug.split(".")[1]) + 1}`;
}

function compareMinors(one: string, other: string): number {
  return Number(one.split(".")[1]) - Number(other.split(".")[1]);
}

/** By the numbers in the slug, so that 1.36.10 stands before 1.36.9. */
function newestFirst(one: string, other: string): number {
  return other.localeCompare(one, "en", { numeric: true });
}
