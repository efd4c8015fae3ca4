// All Jobs of a version, in the order in which they run: dump, migrations before the roll, migrations after it.
import type { MastodonArgs } from "../args.ts";
import { dumpBefore } from "./dump-job.ts";
import type { UpgradeJob } from "./jobs.ts";
import { migrationAfter, migrationBefore } from "./migration.ts";

interface UpgradeJobs {
  /** None where the settings want no dump. */
  readonly dump: UpgradeJob | undefined;
  readonly before: UpgradeJob;
  readonly after: UpgradeJob;
}

/** They run where the workers run, which is where a roll and a migration hurt least. */
export function upgradeJobs({
  settings,
  pools,
  database,
  dump,
}: Pick<MastodonArgs, "settings" | "pools" | "database" | "dump">): UpgradeJobs {
  return {
    dump: dump && dumpBefore(settings, pools.sidekiq, dump),
    before: migrationBefore(settings, pools.sidekiq, database.statementSeconds),
    after: migrationAfter(settings, pools.sidekiq),
  };
}
