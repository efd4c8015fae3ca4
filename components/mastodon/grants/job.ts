// A Job that gives database users their rights, as a plain Kubernetes specification.
import { textBeside } from "../../text-beside.ts";
import type { Placement } from "../args.ts";
import { railsImageOf } from "../images.ts";
import { working } from "../kubernetes/priority-classes.ts";
import type { MastodonSettings } from "../settings.ts";
import { attempts, jobName, type JobSpec, tellsItsEnd, type UpgradeJob } from "../upgrade/jobs.ts";
import { grantName } from "../workloads/database-preparation.ts";
import { containerResources, containerSecurity, mastodonUser, podDefaults } from "../workloads/pod.ts";
import { databaseCaMount, databaseCaVolume, environmentName } from "../workloads/rails-pod.ts";
import { type Role, roleLabels } from "../workloads/workload.ts";

/** Whose rights: name of the Job's account, policy and pods. */
export type GrantsRole = Extract<Role, "worker-grants" | "backup-grants">;

/** SQL, one statement each. */
export interface GrantStatements {
  /** For the administrator, who makes roles. */
  readonly administrator: readonly string[];
  /** For the application's user, who owns the tables. */
  readonly application: readonly string[];
}

/** Ruby and two connections, for some seconds. */
export const grantsResources = { cpu: "100m", memory: "128Mi", memoryLimit: "512Mi" };

const script = textBeside(import.meta.url, "grants.rb");

/** Named by what it does, so that another user or another version is another Job. */
export function grantsJob(
  settings: MastodonSettings,
  placement: Placement,
  role: GrantsRole,
  statements: GrantStatements,
): UpgradeJob {
  const { version } = settings;
  const spec = grantsSpec(railsImageOf(settings), placement, role, statements);
  return { logicalName: "job", name: jobName(role, version, spec), role, version, spec };
}

function grantsSpec(
  image: string,
  placement: Placement,
  role: GrantsRole,
  { administrator, application }: GrantStatements,
): JobSpec {
  const statements = {
    ADMIN_STATEMENTS: JSON.stringify(administrator),
    APPLICATION_STATEMENTS: JSON.stringify(application),
  };
  const password = { secretKeyRef: { name: environmentName("jobs"), key: "DB_PASS" } };
  return {
    ...attempts,
    activeDeadlineSeconds: 600,
    template: {
      metadata: { labels: { ...roleLabels(role), "app.kubernetes.io/name": role } },
      spec: {
        ...podDefaults({ role, user: mastodonUser, placement, priority: working, graceSeconds: 30 }),
        restartPolicy: "Never",
        containers: [
          {
            name: "grants",
            image,
            imagePullPolicy: "IfNotPresent",
            args: ["bundle", "exec", "ruby", "-e", script],
            env: [
              ...Object.entries(statements).map(([name, value]) => ({ name, value })),
              { name: "APPLICATION_PASSWORD", valueFrom: password },
            ],
            envFrom: [{ configMapRef: { name: grantName } }, { secretRef: { name: grantName } }],
            ...tellsItsEnd,
            volumeMounts: [
              { name: "tmp", mountPath: "/tmp" },
              { name: "rails-tmp", mountPath: "/opt/mastodon/tmp" },
              databaseCaMount,
            ],
            securityContext: containerSecurity,
            resources: containerResources(grantsResources, "1Gi"),
          },
        ],
        volumes: [
          { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
          { name: "rails-tmp", emptyDir: { sizeLimit: "64Mi" } },
          databaseCaVolume,
        ],
      },
    },
  };
}
