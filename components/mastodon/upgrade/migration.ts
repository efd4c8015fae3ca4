// The Jobs that make the database fit the version: one before anything of it starts, one when all of it runs.
import type { Placement } from "../args.ts";
import { working } from "../kubernetes/priority-classes.ts";
import type { MastodonSettings } from "../settings.ts";
import { grantSchema, limitStatements, preparationFailure } from "../workloads/database-preparation.ts";
import { containerResources, containerSecurity, mastodonUser, podDefaults } from "../workloads/pod.ts";
import { railsImageOf } from "../images.ts";
import { copyBootCache, environmentFrom, railsMounts, railsVolumes, ruby } from "../workloads/rails-pod.ts";
import { sidekiqGraceSeconds } from "../workloads/sidekiq.ts";
import { webGraceSeconds } from "../workloads/web.ts";
import { workloadLabels } from "../workloads/workload.ts";
import { attempts, jobName, type JobSpec, tellsItsEnd, type UpgradeJob } from "./jobs.ts";
import { migrateScript } from "./scripts.ts";

/** Hours of a large migration. */
const migrationSeconds = 2 * 3600;

const scratch = "2Gi";

/** A roll counts as done while the last pods of the old version still finish their work. */
const drainSeconds = Math.max(sidekiqGraceSeconds, webGraceSeconds);

/** What a migration asks for; the steps before it in its pod ask for less, and so does the dump. */
export const migrationResources = { cpu: "250m", memory: "768Mi", memoryLimit: "2Gi" };

/** Which migrations: those that the old version can live with, or the rest, such as those that remove what only the old version reads. */
type Step = "before" | "after";

/**
 * The migration before the roll, under the logical name that it has always had. On an empty database it loads the schema and seeds it.
 * @param statementSeconds most that a statement of the application may take afterwards; a change of it runs the job once more
 */
export function migrationBefore(
  settings: MastodonSettings,
  placement: Placement,
  statementSeconds: number,
): UpgradeJob {
  const image = railsImageOf(settings);
  const preparing = [grantSchema(image), limitStatements(image, statementSeconds)];
  const spec = migrationSpec(settings, placement, { step: "before", preparing });
  return upgradeJob("migrate", settings, spec);
}

/** The migration after the roll: nothing of the old version may run any more. */
export function migrationAfter(settings: MastodonSettings, placement: Placement): UpgradeJob {
  return upgradeJob("migrate-after", settings, migrationSpec(settings, placement, { step: "after", preparing: [] }));
}

function upgradeJob(kind: string, { version }: MastodonSettings, spec: JobSpec): UpgradeJob {
  return { logicalName: kind, name: jobName(kind, version, spec), role: "migrate", version, spec };
}

interface MigrationOptions {
  readonly step: Step;
  readonly preparing: readonly ReturnType<typeof grantSchema>[];
}

function migrationSpec(
  settings: MastodonSettings,
  placement: Placement,
  { step, preparing }: MigrationOptions,
): JobSpec {
  const image = railsImageOf(settings);
  return {
    ...attempts,
    activeDeadlineSeconds: migrationSeconds,
    template: {
      metadata: { labels: workloadLabels({ name: `migrate-${step}`, role: "migrate" }) },
      spec: {
        ...podDefaults({ role: "migrate", user: mastodonUser, placement, priority: working, graceSeconds: 60 }),
        restartPolicy: "Never",
        initContainers: [copyBootCache(image), ...preparing],
        containers: [
          {
            name: "migrate",
            image,
            imagePullPolicy: "IfNotPresent",
            args: ruby(migrateScript),
            env: [
              { name: "MIGRATION", value: step },
              { name: "PREPARATION_FAILURE", value: preparationFailure },
              ...(step === "after" ? [{ name: "DRAIN_SECONDS", value: String(drainSeconds) }] : []),
            ],
            envFrom: environmentFrom("jobs"),
            ...tellsItsEnd,
            volumeMounts: railsMounts,
            securityContext: containerSecurity,
            resources: containerResources(migrationResources, scratch),
          },
        ],
        volumes: railsVolumes(scratch),
      },
    },
  };
}
