// Refuses to move a worker to another region or account without another generation, before anything is registered.
import * as pulumi from "@pulumi/pulumi";
import { moveProblems } from "../components/workers/moves.ts";
import type { Existing } from "../policies/destruction.ts";
import { SettingsError } from "./settings.ts";
import type { Settings } from "./settings-schema.ts";

/** @throws pulumi.RunError in previews too */
export function checkWorkerMoves(
  { name: prefix, workers }: Pick<Settings, "name" | "workers">,
  saved: readonly Existing[],
): void {
  const droplets = saved
    .filter(({ type }) => type === "digitalocean:index/droplet:Droplet")
    .map(({ name, outputs }) => ({ name, hostname: String(outputs["name"]), region: String(outputs["region"]) }));
  const problems = moveProblems(prefix, workers, droplets);
  if (problems.length > 0) throw new pulumi.RunError(new SettingsError(problems).message);
}
