// The Sidekiq workloads: one Deployment per group of queues, and among them the single scheduler.
import type { Placement } from "../args.ts";
import { cachePurgeMount, cachePurgeVolume } from "../cache-purge.ts";
import { working } from "../kubernetes/priority-classes.ts";
import { parseQueue } from "../rules/queues.ts";
import { assertSingleScheduler, isScheduler } from "../rules/scheduler.ts";
import type { MastodonSettings, SidekiqGroup } from "../settings.ts";
import { containerResources, containerSecurity, mastodonUser, podDefaults } from "./pod.ts";
import { sidekiqPorts } from "./exporter.ts";
import { railsImageOf } from "../images.ts";
import { copyBootCache, environmentFrom, railsMounts, railsVolumes } from "./rails-pod.ts";
import { recreate, surge, type Workload } from "./workload.ts";

/** Video conversion and account archives write here. */
const scratch = "10Gi";

/** Seconds in which jobs may finish before they go back to the queue. Sidekiq's own 25 cut off many media jobs. */
const shutdownSeconds = 55;

/** 10 s on top for jobs that are pushed back, 10 s for the metrics client (Mastodon's config/initializers/sidekiq.rb). */
export const sidekiqGraceSeconds = shutdownSeconds + 20;

/** The image names the file; Sidekiq makes it when it begins to work and removes it when it stops. */
const readyFile = "/opt/mastodon/tmp/sidekiq_process_has_started_and_will_begin_processing_jobs";

/**
 * All Sidekiq Deployments of the settings.
 * @param purges whether removed media is reported to the purge service
 * @param metrics whether each process shows metrics
 * @throws Error when not exactly one process would schedule.
 */
export function sidekiqWorkloads(
  settings: MastodonSettings,
  placement: Placement,
  purges = false,
  metrics = false,
): Workload[] {
  assertSingleScheduler(settings.sidekiq);
  return Object.entries(settings.sidekiq.groups).map(([name, group]) => ({
    name: `sidekiq-${name}`,
    role: "sidekiq",
    replicas: group.replicas,
    queues: group.queues.map((entry) => parseQueue(entry).name),
    strategy: isScheduler(group) ? recreate : surge,
    pod: sidekiqPod(railsImageOf(settings), group, placement, { purges, metrics }),
  }));
}

function sidekiqPod(
  image: string,
  group: SidekiqGroup,
  placement: Placement,
  { purges, metrics }: Readonly<Record<"purges" | "metrics", boolean>>,
): Workload["pod"] {
  const ready = { exec: { command: ["test", "-e", readyFile] } };
  return {
    ...podDefaults({
      role: "sidekiq",
      user: mastodonUser,
      placement,
      priority: working,
      graceSeconds: sidekiqGraceSeconds,
    }),
    initContainers: [copyBootCache(image)],
    containers: [
      {
        name: "sidekiq",
        image,
        imagePullPolicy: "IfNotPresent",
        args: sidekiqArguments(group),
        envFrom: environmentFrom("sidekiq"),
        ...sidekiqPorts(metrics),
        volumeMounts: purges ? [...railsMounts, cachePurgeMount] : railsMounts,
        securityContext: containerSecurity,
        resources: containerResources(group.resources, scratch),
        startupProbe: { ...ready, periodSeconds: 5, failureThreshold: 60 },
        readinessProbe: { ...ready, periodSeconds: 15 },
      },
    ],
    volumes: purges ? [...railsVolumes(scratch), cachePurgeVolume] : railsVolumes(scratch),
  };
}

/** The command line: `-q` replaces the queues of config/sidekiq.yml, `-c` gives the threads and so the database pool. */
function sidekiqArguments({ queues, threads }: Pick<SidekiqGroup, "queues" | "threads">): string[] {
  const listed = queues.flatMap((queue) => ["-q", queue]);
  return ["bundle", "exec", "sidekiq", "-c", String(threads), "-t", String(shutdownSeconds), ...listed];
}
