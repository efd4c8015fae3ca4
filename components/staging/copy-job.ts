// The Job that makes this stack's database a sanitised copy. Mastodon's image has the S3 client, PostgreSQL's has pg_restore.
import type { Placement } from "../mastodon/args.ts";
import { working } from "../mastodon/kubernetes/priority-classes.ts";
import type { MastodonSettings, Resources } from "../mastodon/settings.ts";
import { attempts, jobName, type JobSpec, tellsItsEnd, type UpgradeJob } from "../mastodon/upgrade/jobs.ts";
import { grantSchema, preparationFailure } from "../mastodon/workloads/database-preparation.ts";
import {
  containerResources,
  containerSecurity,
  mastodonUser,
  pairFrom,
  podDefaults,
  variablesOf,
} from "../mastodon/workloads/pod.ts";
import { railsImageOf } from "../mastodon/images.ts";
import { copyBootCache, environmentName, railsMounts, railsVolumes, ruby } from "../mastodon/workloads/rails-pod.ts";
import { type Container, workloadLabels } from "../mastodon/workloads/workload.ts";
import { fetchScript, finishScript, restoreScript } from "./scripts.ts";
import type { StagingSettings } from "./settings.ts";

/** Name of the pod's account and policy, and its role. */
export const stagingCopyName = "staging-copy";

/** Name of the ConfigMap and the Secret with the way into the database. */
export const databaseAccessName = "staging-copy-database";

/** Name of the ConfigMap and the Secret with the way to the dumps: only the container that fetches one reads it. */
export const sourceAccessName = "staging-copy-source";

/** Name of the ConfigMap with the SQL. */
export const sqlName = "staging-copy-sql";

/** One transaction restores on one core, and builds all indexes: some 20 GB an hour. */
const copySeconds = 8 * 3600;

/** As much as a migration, which is its last step. */
export const copyResources: Resources = { cpu: "250m", memory: "768Mi", memoryLimit: "2Gi" };

const folder = "/copy";
const sqlFolder = "/sql";

/** MiB of the scratch folder that lists and errors may take. */
const besideMib = 64;

/** @param image PostgreSQL's, of the server's major version: a newer pg_restore may set what an older server does not know */
export function stagingCopy(
  settings: MastodonSettings,
  placement: Placement,
  staging: StagingSettings,
  image: string,
): UpgradeJob {
  const spec = copySpec(settings, placement, staging, image);
  const { version } = settings;
  return { logicalName: "copy", name: jobName("staging-copy", version, spec), role: stagingCopyName, version, spec };
}

function copySpec(
  settings: MastodonSettings,
  placement: Placement,
  { refresh, scratch }: StagingSettings,
  image: string,
): JobSpec {
  const rails = railsImageOf(settings);
  const container = containerOf({ refresh, scratch });
  return {
    ...attempts,
    activeDeadlineSeconds: copySeconds,
    template: {
      metadata: { labels: workloadLabels({ name: stagingCopyName, role: stagingCopyName }) },
      spec: {
        ...podDefaults({ role: stagingCopyName, user: mastodonUser, placement, priority: working, graceSeconds: 30 }),
        restartPolicy: "Never",
        initContainers: [
          copyBootCache(rails),
          grantSchema(rails),
          container("fetch", {
            image: rails,
            args: ruby(fetchScript),
            envFrom: [...pairFrom(databaseAccessName), ...pairFrom(sourceAccessName)],
          }),
          container("restore", {
            image,
            command: ["sh", "-c", restoreScript],
            envFrom: pairFrom(databaseAccessName),
          }),
        ],
        containers: [
          container("finish", {
            image: rails,
            args: ruby(finishScript),
            envFrom: [...pairFrom(environmentName("jobs")), ...pairFrom(databaseAccessName)],
          }),
        ],
        volumes: [
          ...railsVolumes("2Gi"),
          { name: "copy", emptyDir: { sizeLimit: scratch } },
          { name: "sql", configMap: { name: sqlName } },
        ],
      },
    },
  };
}

function containerOf({ refresh, scratch }: Pick<StagingSettings, "refresh" | "scratch">) {
  const gibibytes = Number.parseInt(scratch, 10);
  const env = variablesOf({
    COPY_NAME: refresh,
    COPY_FOLDER: folder,
    COPY_SQL: sqlFolder,
    COPY_MIB: String(gibibytes * 1024 - besideMib),
    PREPARATION_FAILURE: preparationFailure,
  });
  return (name: string, rest: Pick<Container, "image" | "command" | "args" | "envFrom">): Container => ({
    name,
    imagePullPolicy: "IfNotPresent",
    ...rest,
    env,
    ...tellsItsEnd,
    volumeMounts: [
      ...railsMounts,
      { name: "copy", mountPath: folder },
      { name: "sql", mountPath: sqlFolder, readOnly: true },
    ],
    securityContext: containerSecurity,
    resources: containerResources(copyResources, `${gibibytes + 3}Gi`),
  });
}
