// Watches all pods of a namespace while something is done to them, and remembers what no look afterwards could tell.
import { KubeConfig, type V1Pod, Watch } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { clientOf } from "../cluster/support.ts";

/** What was seen of one workload between the first and the last moment of a watch. */
export interface Seen {
  /** Fewest pods that were ready and not on their way out at any moment. */
  readonly fewestReady: number;
  /** Most pods that were not on their way out at any moment, ready or not. */
  readonly most: number;
  /** Pods that were there at first, by uid. */
  readonly before: ReadonlySet<string>;
  /** Pods that were there at last, by uid. */
  readonly after: ReadonlySet<string>;
}

/** The label that names a pod's workload. */
const workloadLabel = "app.kubernetes.io/name";

const workloadOf = ({ metadata }: V1Pod): string => metadata?.labels?.[workloadLabel] ?? "";

const isStaying = ({ metadata, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";

/** As the disruption controller counts: ready, and nobody has asked it to go. */
const isHealthy = (pod: V1Pod): boolean =>
  isStaying(pod) && (pod.status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");

const uidsOf = (pods: readonly V1Pod[], workload: string): ReadonlySet<string> =>
  new Set(pods.filter((pod) => workloadOf(pod) === workload).map(({ metadata }) => metadata?.uid ?? ""));

/** Everything that the API server told of the pods, in its own order: a state between two looks is not missed. */
export class PodWatch {
  private readonly pods = new Map<string, V1Pod>();
  private readonly fewest = new Map<string, number>();
  private readonly most = new Map<string, number>();
  private before: readonly V1Pod[] = [];
  /** Of the last thing that was told: where a closed connection is taken up again. */
  private version = "";
  private connection: AbortController | undefined;
  private over = false;
  private failure: unknown;

  private readonly kubeconfig: string;
  private readonly namespace: string;

  private constructor(kubeconfig: string, namespace: string) {
    this.kubeconfig = kubeconfig;
    this.namespace = namespace;
  }

  /** Begins to watch; every workload that has a pod by then is watched. */
  static async start(kubeconfig: string, namespace: string): Promise<PodWatch> {
    const watch = new PodWatch(kubeconfig, namespace);
    await watch.begin();
    return watch;
  }

  /** By workload, once all has been told that had happened when this was called. */
  async end(): Promise<ReadonlyMap<string, Seen>> {
    const { items } = await clientOf(this.kubeconfig).core.listNamespacedPod({ namespace: this.namespace });
    while (!items.every((pod) => this.hasSeen(pod))) {
      if (this.failure !== undefined) throw new Error("the watch lost its thread", { cause: this.failure });
      await sleep(50);
    }
    this.over = true;
    this.connection?.abort();
    const after = [...this.pods.values()].filter(isStaying);
    return new Map(
      [...this.most.keys()].map((workload) => [
        workload,
        {
          fewestReady: this.fewest.get(workload) ?? 0,
          most: this.most.get(workload) ?? 0,
          before: uidsOf(this.before, workload),
          after: uidsOf(after, workload),
        },
      ]),
    );
  }

  private async begin(): Promise<void> {
    const { items, metadata } = await clientOf(this.kubeconfig).core.listNamespacedPod({ namespace: this.namespace });
    for (const pod of items) this.pods.set(pod.metadata?.uid ?? "", pod);
    this.before = items.filter(isStaying);
    for (const workload of new Set(this.before.map(workloadOf))) this.count(workload);
    this.version = metadata?.resourceVersion ?? "";
    await this.connect();
  }

  /** The client closes a connection on which nothing was told for half a minute. */
  private async connect(): Promise<void> {
    const config = new KubeConfig();
    config.loadFromString(this.kubeconfig);
    this.connection = await new Watch(config).watch(
      `/api/v1/namespaces/${this.namespace}/pods`,
      { resourceVersion: this.version },
      (type: string, pod: V1Pod) => this.take(type, pod),
      () => void (this.over || this.connect()),
    );
  }

  private take(type: string, pod: V1Pod): void {
    if (type === "ERROR") this.failure = pod;
    this.version = pod.metadata?.resourceVersion ?? this.version;
    const uid = pod.metadata?.uid ?? "";
    if (type === "DELETED") this.pods.delete(uid);
    else this.pods.set(uid, pod);
    this.count(workloadOf(pod));
  }

  private count(workload: string): void {
    const pods = [...this.pods.values()].filter((pod) => workloadOf(pod) === workload);
    const ready = pods.filter(isHealthy).length;
    const staying = pods.filter(isStaying).length;
    this.fewest.set(workload, Math.min(this.fewest.get(workload) ?? ready, ready));
    this.most.set(workload, Math.max(this.most.get(workload) ?? staying, staying));
  }

  private hasSeen({ metadata }: V1Pod): boolean {
    const known = this.pods.get(metadata?.uid ?? "")?.metadata?.resourceVersion;
    return Number(known ?? 0) >= Number(metadata?.resourceVersion ?? 0);
  }
}
