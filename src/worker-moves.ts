// Refuses to move a worker to another region without another generation, before anything is registered.
import * as pulumi from "@pulumi/pulumi";
import { moveProblems } from "../components/workers/moves.ts";
import type { Existing } from "../policies/destruction.ts";
import { SettingsError } from "./settings.ts";
import type { Settings } from "./settings-schema.ts";

/** @throws pulumi.RunError in previews too */
export function checkWorkerMoves({ workers }: Pick<Settings, "workers">, saved: readonly Existing[]): void {
  const droplets = saved
    .filter(({ type }) => type === "digitalocean:index/droplet:Droplet")
    .map(({ name, outputs }) => ({ name, region: String(outputs["region"]) }));
  const problems = moveProblems(workers, droplets);
  if (problems.length > 0) throw new pulumi.RunError(new SettingsError(problems).message);
}
