// What each workload asks of the cluster: how many pods at rest, at most and during a roll, and what one pod requests.
import { assetsCopyResources, assetsJobName } from "./assets/job.ts";
import { isScheduler } from "./rules/scheduler.ts";
import { type MastodonSettings, mostReplicas, type Resources } from "./settings.ts";
import { migrationResources } from "./upgrade/migration.ts";
import { bootCacheResources } from "./workloads/rails-pod.ts";
import type { Role } from "./workloads/workload.ts";

/** The pods of one Deployment or Job, as plans for nodes and connections reckon with them. */
export interface WorkloadDemand {
  /** Name of the Deployment or Job. */
  readonly name: string;
  readonly role: Role;
  /** Which pool its pods ask for; `sidekiq` falls to the pool `web` where there is no other. */
  readonly pool: "web" | "sidekiq";
  /** CPU that one pod requests. */
  readonly millicores: number;
  /** Memory that one pod requests. */
  readonly memoryMib: number;
  /** Pods while nothing happens; 0 for a Job. */
  readonly replicas: number;
  /** Most pods that may run outside a roll; 0 for a Job. */
  readonly most: number;
  /** Pods that may run on top for a while: the new one of a roll, or a Job's only one. */
  readonly surge: number;
}

/**
 * Every Deployment, then the jobs that come before them.
 * @param exporter what the collector of metrics in each web pod asks for; without it there is none
 */
export function workloadDemands(settings: MastodonSettings, exporter?: Resources): WorkloadDemand[] {
  const { web, streaming, edge, sidekiq } = settings;
  return [
    { name: "web", role: "web", pool: "web", ...counts(web), ...railsPod(web.resources, exporter), surge: 1 },
    {
      name: "streaming",
      role: "streaming",
      pool: "web",
      ...counts(streaming),
      ...podRequests(streaming.resources),
      surge: 1,
    },
    { name: "edge", role: "edge", pool: "web", ...counts(edge), ...podRequests(edge.resources), surge: 1 },
    ...Object.entries(sidekiq.groups).map(([name, group]): WorkloadDemand => ({
      name: `sidekiq-${name}`,
      role: "sidekiq",
      pool: "sidekiq",
      ...counts(group),
      ...railsPod(group.resources),
      // The scheduler's old pod ends before its new one starts.
      surge: isScheduler(group) ? 0 : 1,
    })),
    ...assetsCopyDemand(settings),
    upgradeDemand(),
  ];
}

/** The dump, the migrations before the roll and those after it: one after the other, and the dump asks for less, so they count as one pod. */
function upgradeDemand(): WorkloadDemand {
  const job = { replicas: 0, most: 0, surge: 1 };
  return { name: "migrate", role: "migrate", pool: "sidekiq", ...railsPod(migrationResources), ...job };
}

function assetsCopyDemand(settings: MastodonSettings): WorkloadDemand[] {
  if (!settings.assets.copy) return [];
  const name = assetsJobName(settings);
  // It ends before the migration starts, which asks for more: nothing comes on top.
  const job = { replicas: 0, most: 0, surge: 0 };
  return [{ name, role: "assets-copy", pool: "sidekiq", ...podRequests(assetsCopyResources), ...job }];
}

function counts(workload: { readonly replicas: number; readonly maxReplicas?: number | undefined }) {
  return { replicas: workload.replicas, most: mostReplicas(workload) };
}

/** What one pod with a single container requests. */
export function podRequests({ cpu, memory }: Pick<Resources, "cpu" | "memory">) {
  return { millicores: millicoresOf(cpu), memoryMib: memoryMibOf(memory) };
}

const nothing = { millicores: 0, memoryMib: 0 };

/** The scheduler sets aside the larger of what the boot cache's copying and the process with its sidecar ask for. */
export function railsPod(resources: Pick<Resources, "cpu" | "memory">, sidecar?: Pick<Resources, "cpu" | "memory">) {
  const [own, copying] = [podRequests(resources), podRequests(bootCacheResources)];
  const beside = sidecar ? podRequests(sidecar) : nothing;
  return {
    millicores: Math.max(own.millicores + beside.millicores, copying.millicores),
    memoryMib: Math.max(own.memoryMib + beside.memoryMib, copying.memoryMib),
  };
}

/** `500m` or `1.5`; the schema lets nothing else through. Kubernetes rounds up to a whole millicore. */
function millicoresOf(cpu: string): number {
  return cpu.endsWith("m") ? Number(cpu.slice(0, -1)) : Math.ceil(Number(cpu) * 1000);
}

/** `768Mi` or `2Gi`. */
function memoryMibOf(memory: string): number {
  return Number(memory.slice(0, -2)) * (memory.endsWith("Gi") ? 1024 : 1);
}
