// Settles operations that a killed run left open: what the account really holds is adopted into the state, the rest is forgotten.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { openAccount } from "../account/index.ts";
import { describeUrn } from "./progress.ts";

/** A deployment as the engine writes it, as far as it matters here. */
const deploymentSchema = z.object({
  pending_operations: z.array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) })).default([]),
});

/**
 * A run that was killed (not cancelled) may have created objects that its state does not know. Creating them again would be
 * refused by the account or double them, so each is looked up by the URN that asked for it and imported.
 */
export async function settlePendingOperations(
  home: string,
  stack: Stack,
  print: (line: string) => void,
): Promise<void> {
  const { pending_operations: operations } = deploymentSchema.parse((await stack.exportStack()).deployment ?? {});
  const pending = operations.filter(({ type }) => type === "creating");
  if (pending.length === 0) return;
  const account = openAccount(home);
  const created = pending.flatMap(({ resource: { urn } }) => {
    const object = account.findByUrn(urn);
    return object ? [{ urn, id: object.id }] : [];
  });
  account.close();
  for (const { urn } of created) print(`Adopting ${describeUrn(urn)}, created by a run that was killed`);
  const adoptions = created.flatMap(({ urn, id }) => ["--import-pending-creates", urn, "--import-pending-creates", id]);
  await refresh(stack, [...adoptions, "--clear-pending-creates"]);
}

/** The Automation API of this version has no option for the adoption, the CLI has. */
async function refresh(stack: Stack, flags: string[]): Promise<void> {
  const { workspace } = stack;
  await promisify(execFile)(
    workspace.pulumiCommand.command,
    ["refresh", "--yes", "--skip-preview", "--non-interactive", "--stack", stack.name, ...flags],
    { cwd: workspace.workDir, env: { ...process.env, ...workspace.envVars } },
  );
}
