// A drill's pod: the scripts, and beside them a PostgreSQL of its own that is there before them and goes with them.
import { containerResources, containerSecurity, variablesOf } from "../mastodon/workloads/pod.ts";
import type { Container } from "../mastodon/workloads/workload.ts";
import { drillVariables } from "./environment.ts";
import type { DrillJob } from "./jobs.ts";
import { drillKeysName, identityFile } from "./names.ts";
import { backupCronJob, type CronJobSpec, fileMount, type PodOptions } from "./pod.ts";

export interface DrillOptions extends PodOptions {
  /** PostgreSQL's own, of the server's major version. */
  readonly postgresqlImage: string;
}

const scratchFolder = "/scratch";

/** User of PostgreSQL's Alpine images (their Dockerfile), which has no name for another one. */
const postgresqlUser = 70;

/** libpq's way to the PostgreSQL beside, which listens inside the pod only. */
const scratchDatabase = {
  PGHOST: "127.0.0.1",
  PGPORT: "5432",
  PGUSER: "drill",
  PGDATABASE: "drill",
  PGSSLMODE: "disable",
};

export function drillCronJob(job: DrillJob, options: DrillOptions): CronJobSpec {
  return backupCronJob(job, options, {
    sidecars: [scratchPostgresql(job, options.postgresqlImage)],
    env: variablesOf({ ...drillVariables, ...scratchDatabase }),
    mounts: [fileMount("keys", identityFile)],
    volumes: [
      { name: "sockets", emptyDir: { sizeLimit: "16Mi" } },
      { name: "postgresql-tmp", emptyDir: { sizeLimit: "64Mi" } },
      { name: "shared-memory", emptyDir: { medium: "Memory", sizeLimit: "512Mi" } },
      { name: "keys", secret: { secretName: drillKeysName, defaultMode: 0o440 } },
    ],
  });
}

/** Nothing of it outlives the drill, so it need not survive a crash, which makes the restore faster. */
const parameters = {
  listen_addresses: scratchDatabase.PGHOST,
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "4GB",
  maintenance_work_mem: "256MB",
};

/** A sidecar in Kubernetes' sense. */
function scratchPostgresql(job: DrillJob, image: string): Container {
  const { PGHOST: host, PGUSER: user, PGDATABASE: database } = scratchDatabase;
  return {
    name: "postgresql",
    image,
    imagePullPolicy: "IfNotPresent",
    restartPolicy: "Always",
    args: Object.entries(parameters).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    env: variablesOf({
      PGDATA: `${scratchFolder}/data`, // of its own making: the mounted folder is not its own
      POSTGRES_USER: user,
      POSTGRES_DB: database,
      POSTGRES_HOST_AUTH_METHOD: "trust", // whoever reaches it is in the pod
    }),
    volumeMounts: [
      { name: "work", mountPath: scratchFolder, subPath: "postgresql" },
      { name: "sockets", mountPath: "/var/run/postgresql" },
      { name: "postgresql-tmp", mountPath: "/tmp" },
      { name: "shared-memory", mountPath: "/dev/shm" },
    ],
    // By this address, because the image first starts a server that listens on its socket alone, to make the database, and ends it again.
    startupProbe: {
      exec: { command: ["pg_isready", "--host", host, "--username", user] },
      periodSeconds: 5,
      timeoutSeconds: 5,
      failureThreshold: 60,
    },
    securityContext: { ...containerSecurity, runAsUser: postgresqlUser, runAsGroup: postgresqlUser },
    resources: containerResources(job.postgresql, "1Gi"),
  };
}
