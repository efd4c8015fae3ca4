// Refuses a version of Mastodon that the running one cannot be followed by, before anything is registered.
import * as pulumi from "@pulumi/pulumi";
import { versionLabel } from "../components/mastodon/upgrade/jobs.ts";
import { type VersionBefore, versionPathProblems } from "../components/mastodon/upgrade/path.ts";
import { compareReleases, parseRelease } from "../components/mastodon/upgrade/release.ts";
import { upgradeWarnings } from "../components/mastodon/upgrade/warnings.ts";
import type { Existing } from "../policies/destruction.ts";
import { valueAt } from "./plain.ts";
import type { PreviousOutputs } from "./previous-outputs.ts";
import { SettingsError } from "./settings.ts";
import type { Settings } from "./settings-schema.ts";

/**
 * A rule like those of `settings-rules.ts`, except that it looks at what was before.
 * @throws pulumi.RunError in previews too
 */
export async function checkUpgrade(
  { mastodon, workers }: Pick<Settings, "mastodon" | "workers">,
  previous: PreviousOutputs,
  saved: readonly Existing[],
): Promise<void> {
  const before = versionBefore(previous, saved);
  const problems = versionPathProblems(mastodon, before);
  if (problems.length > 0) throw new pulumi.RunError(new SettingsError(problems).message);
  if (!pulumi.runtime.isDryRun()) return;
  for (const warning of upgradeWarnings(mastodon, Object.keys(workers), before)) await pulumi.log.warn(warning);
}

/**
 * The versions in the state, which an interrupted upgrade leaves mixed; the outputs tell only of finished ones. Undefined on a stack
 * where no process of Mastodon was ever started.
 */
export function versionBefore(previous: PreviousOutputs, saved: readonly Existing[]): VersionBefore | undefined {
  const running = saved.filter(isRailsDeployment).flatMap(({ outputs }) => imageVersions(outputs));
  const [oldest = previous.mastodon?.version] = running.toSorted(byAge);
  if (oldest === undefined) return undefined;
  const after = saved.find(({ type, name }) => type === "kubernetes:batch/v1:Job" && name === "mastodon-migrate-after");
  const migrated = textAt(after?.outputs, ["metadata", "labels", versionLabel]);
  // A stack of before there was such a Job: everything that ran was migrated to the end before it started.
  if (migrated === undefined) return { running: oldest, migrated: running.toSorted(byAge).at(-1) ?? oldest };
  return { running: oldest, migrated, unfinished: didNotEnd(after?.outputs) };
}

/** A Job that the state saw fail or still run. A status that says nothing, such as that of an imported Job, is no reason to stop anybody. */
function didNotEnd(outputs: unknown): boolean {
  const status = valueAt(outputs, ["status"]);
  if (Number(valueAt(status, ["succeeded"]) ?? 0) > 0) return false;
  return ["active", "failed", "startTime"].some((field) => Boolean(valueAt(status, [field])));
}

function isRailsDeployment({ type, name }: Existing): boolean {
  return type === "kubernetes:apps/v1:Deployment" && /^mastodon-(web$|sidekiq-)/.test(name);
}

/** The tag of Mastodon's images is `v<version>`; a sidecar's is not. */
function imageVersions(outputs: Existing["outputs"]): string[] {
  const containers = valueAt(outputs, ["spec", "template", "spec", "containers"]);
  if (!Array.isArray(containers)) return [];
  const versions = containers.map((container: unknown) => /:v([^:/@]+)/.exec(textAt(container, ["image"]) ?? "")?.[1]);
  return versions.filter((version) => version !== undefined && parseRelease(version) !== undefined).map(String);
}

function byAge(one: string, other: string): number {
  const [first, second] = [parseRelease(one), parseRelease(other)];
  return first && second ? compareReleases(first, second) : 0;
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === "string" ? found : undefined;
}
