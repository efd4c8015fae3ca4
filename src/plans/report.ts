// Shows the plans to whoever previews: what a change would mean is worth knowing before it is made, and noise afterwards.
import * as pulumi from "@pulumi/pulumi";

/** Prints each table, then the warnings, in previews only; `pulumi up` previews first, so it shows them once. */
export async function reportPlans(tables: readonly string[], warnings: readonly string[] = []): Promise<void> {
  if (!pulumi.runtime.isDryRun()) return;
  for (const table of tables) await pulumi.log.info(`\n${table}`);
  for (const warning of warnings) await pulumi.log.warn(warning);
}
