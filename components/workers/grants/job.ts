// The Job that gives workers' database users their rights, as a plain Kubernetes specification.
import { readFileSync } from "node:fs";
import type { Placement } from "../../mastodon/args.ts";
import { railsImageOf } from "../../mastodon/images.ts";
import { working } from "../../mastodon/kubernetes/priority-classes.ts";
import type { MastodonSettings } from "../../mastodon/settings.ts";
import { attempts, jobName, type JobSpec, tellsItsEnd, type UpgradeJob } from "../../mastodon/upgrade/jobs.ts";
import { grantName } from "../../mastodon/workloads/database-preparation.ts";
import { containerResources, containerSecurity, mastodonUser, podDefaults } from "../../mastodon/workloads/pod.ts";
import { databaseCaMount, databaseCaVolume, environmentName } from "../../mastodon/workloads/rails-pod.ts";
import { roleLabels } from "../../mastodon/workloads/workload.ts";
import { membershipStatements, tableStatements } from "./statements.ts";

export const grantsRole = "worker-grants";

/** Ruby and two connections, for some seconds. */
export const grantsResources = { cpu: "100m", memory: "128Mi", memoryLimit: "512Mi" };

const script = readFileSync(new URL("grants.rb", import.meta.url), "utf8");

/** Named by what it does, so that another worker or another version is another Job. @param users names of database users */
export function grantsJob(settings: MastodonSettings, placement: Placement, users: readonly string[]): UpgradeJob {
  const { version } = settings;
  const spec = grantsSpec(railsImageOf(settings), placement, users);
  return { logicalName: "job", name: jobName(grantsRole, version, spec), role: grantsRole, version, spec };
}

function grantsSpec(image: string, placement: Placement, users: readonly string[]): JobSpec {
  const statements = {
    ADMIN_STATEMENTS: JSON.stringify(membershipStatements(users)),
    APPLICATION_STATEMENTS: JSON.stringify(tableStatements),
  };
  const password = { secretKeyRef: { name: environmentName("jobs"), key: "DB_PASS" } };
  return {
    ...attempts,
    activeDeadlineSeconds: 600,
    template: {
      metadata: { labels: { ...roleLabels(grantsRole), "app.kubernetes.io/name": grantsRole } },
      spec: {
        ...podDefaults({ role: grantsRole, user: mastodonUser, placement, priority: working, graceSeconds: 30 }),
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
