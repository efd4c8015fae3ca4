// The Job that dumps the database before the migrations of a version. PostgreSQL's image has pg_dump, Mastodon's the S3 client.
import type { Placement } from "../args.ts";
import { working } from "../kubernetes/priority-classes.ts";
import type { MastodonSettings } from "../settings.ts";
import { containerSecurity, mastodonUser, pairFrom, podDefaults, variablesOf } from "../workloads/pod.ts";
import { railsImageOf } from "../images.ts";
import { databaseCaMount, databaseCaVolume, ruby } from "../workloads/rails-pod.ts";
import { type Container, workloadLabels } from "../workloads/workload.ts";
import { attempts, jobName, type JobSpec, tellsItsEnd, type UpgradeJob } from "./jobs.ts";
import { dumpScript, prepareDumpScript, uploadDumpScript } from "./scripts.ts";

/** Name of the ConfigMap and the Secret with the way into the database and into the bucket. */
export const dumpEnvironmentName = "upgrade-dump";

/** Compression takes a core; some 40 MB of tables a second, so that half a terabyte is done in time. */
const dumpSeconds = 4 * 3600;

/** pg_dump holds the list of what there is, the upload parts of the file: less than what a migration asks for. */
export const dumpResources = { cpu: "250m", memory: "256Mi", memoryLimit: "1Gi" };

const folder = "/dump";

/** MiB that a pod of this Job needs for logs and lists beside the dump. */
const besideMib = 64;

export interface DumpPlan {
  /** PostgreSQL's image: pg_dump must not be older than the server. */
  readonly image: string;
  /** Folder of the dumps in the bucket: the stack's name. */
  readonly server: string;
}

/** The dump before this version's migrations. */
export function dumpBefore(settings: MastodonSettings, placement: Placement, plan: DumpPlan): UpgradeJob {
  const { version } = settings;
  const spec = dumpSpec(settings, placement, plan);
  return { logicalName: "job", name: jobName("dump-before", version, spec), role: "upgrade-dump", version, spec };
}

function dumpSpec(settings: MastodonSettings, placement: Placement, { image, server }: DumpPlan): JobSpec {
  const { version, upgrades } = settings;
  const rails = railsImageOf(settings);
  const env = variablesOf({
    DUMP_FOLDER: folder,
    DUMP_MIB: String(Number.parseInt(upgrades.scratch, 10) * 1024 - besideMib),
  });
  const about = variablesOf({ DUMP_SERVER: server, DUMP_VERSION: version, DUMP_KEEP: String(upgrades.keepDumps) });
  const container = (name: string, rest: Pick<Container, "image" | "command" | "args" | "env">): Container => ({
    name,
    imagePullPolicy: "IfNotPresent",
    ...rest,
    envFrom: pairFrom(dumpEnvironmentName),
    ...tellsItsEnd,
    volumeMounts: [
      { name: "dump", mountPath: folder },
      { name: "tmp", mountPath: "/tmp" },
      { name: "rails-tmp", mountPath: "/opt/mastodon/tmp" },
      databaseCaMount,
    ],
    securityContext: containerSecurity,
    resources: dumpContainerResources(upgrades.scratch),
  });
  return {
    ...attempts,
    activeDeadlineSeconds: dumpSeconds,
    template: {
      metadata: { labels: workloadLabels({ name: "upgrade-dump", role: "upgrade-dump" }) },
      spec: {
        ...podDefaults({ role: "upgrade-dump", user: mastodonUser, placement, priority: working, graceSeconds: 30 }),
        restartPolicy: "Never",
        initContainers: [
          container("prepare", { image: rails, args: ruby(prepareDumpScript), env }),
          // Past the image's entry point, which wants to be root or to start a server.
          container("dump", { image, command: ["sh", "-c", dumpScript], env }),
        ],
        containers: [container("upload", { image: rails, args: ruby(uploadDumpScript), env: [...env, ...about] })],
        volumes: [
          { name: "dump", emptyDir: { sizeLimit: upgrades.scratch } },
          { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
          { name: "rails-tmp", emptyDir: { sizeLimit: "64Mi" } },
          databaseCaVolume,
        ],
      },
    },
  };
}

/** The disk is asked for, not only limited: on a node without it the dump would be evicted half-way. */
function dumpContainerResources(scratch: string): Container["resources"] {
  const { cpu, memory, memoryLimit } = dumpResources;
  return {
    requests: { cpu, memory, "ephemeral-storage": scratch },
    limits: { memory: memoryLimit, "ephemeral-storage": `${Number.parseInt(scratch, 10) + 1}Gi` },
  };
}
