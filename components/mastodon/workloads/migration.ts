// The job that makes the database fit the version: it runs once per version, before anything else starts.
import type * as kubernetes from "@pulumi/kubernetes";
import type { Placement } from "../args.ts";
import { working } from "../kubernetes/priority-classes.ts";
import type { MastodonSettings } from "../settings.ts";
import { grantSchema, limitStatements } from "./database-preparation.ts";
import { containerResources, containerSecurity, mastodonUser, podDefaults } from "./pod.ts";
import { copyBootCache, environmentFrom, railsImageOf, railsMounts, railsVolumes } from "./rails-pod.ts";
import { roleLabels } from "./workload.ts";

/** Hours of a large migration; the wait of the deployment is a little longer, so that the job's own verdict comes first. */
export const migrationSeconds = 2 * 3600;

const scratch = "2Gi";

/** What the migration asks for; the grant before it asks for less. */
export const migrationResources = { cpu: "250m", memory: "768Mi", memoryLimit: "2Gi" };

/** Jobs cannot change, so each is named after what it does: a repeated `up` finds it done. */
export function migrationName(version: string): string {
  return `migrate-${version.replaceAll(".", "-")}`;
}

/**
 * `db:prepare` loads the schema and seeds it on an empty database, and migrates any other. `db:migrate` on an empty one would
 * leave out the roles and the instance actor.
 * @param statementSeconds most that a statement of the application may take afterwards; a change of it runs the job once more
 */
export function migrationSpec(
  settings: MastodonSettings,
  placement: Placement,
  statementSeconds: number,
): kubernetes.types.input.batch.v1.JobSpec {
  const image = railsImageOf(settings);
  return {
    backoffLimit: 2,
    activeDeadlineSeconds: migrationSeconds,
    template: {
      metadata: { labels: { ...roleLabels("migrate"), "app.kubernetes.io/name": "migrate" } },
      spec: {
        ...podDefaults({ role: "migrate", user: mastodonUser, placement, priority: working, graceSeconds: 60 }),
        // A new pod per attempt keeps the log of each.
        restartPolicy: "Never",
        initContainers: [copyBootCache(image), grantSchema(image), limitStatements(image, statementSeconds)],
        containers: [
          {
            name: "migrate",
            image,
            imagePullPolicy: "IfNotPresent",
            args: ["bundle", "exec", "rake", "db:prepare"],
            envFrom: environmentFrom("jobs"),
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
