// Stands in for Mastodon's own exporters: pods that only seem to run, with queues that drain as fast as ready pods would empty them.
import { createServer, type Server } from "node:http";
import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";

/** Jobs that one ready pod gets done in a second. */
const jobsPerSecond = 30;

interface Queue {
  backlog: number;
  arrivals: number;
  latency: number;
}

const isReady = ({ metadata, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp === undefined &&
  (status?.conditions ?? []).some((condition) => condition.type === "Ready" && condition.status === "True");

const workloadOf = ({ metadata }: V1Pod): string => metadata?.labels?.["app.kubernetes.io/name"] ?? "";

export class FakeExporter {
  /** Workloads whose pods do not answer. */
  readonly dead = new Set<string>();
  /** Share of web's threads that work, and open streaming connections in all. */
  busy = 0;
  clients = 0;
  private readonly queues = new Map<string, Queue>();
  private readonly served: ReadonlyMap<string, readonly string[]>;
  private readonly core: CoreV1Api;
  private readonly server: Server;
  private timer: NodeJS.Timeout | undefined;
  private ready = new Map<string, number>();
  private worked = Date.now();

  /** @param served queues of each Sidekiq workload */
  constructor(core: CoreV1Api, served: ReadonlyMap<string, readonly string[]>) {
    this.core = core;
    this.served = served;
    for (const queue of [...served.values()].flat()) this.queues.set(queue, { backlog: 0, arrivals: 0, latency: 0 });
    this.server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
      const [workload, job] = [searchParams.get("workload") ?? "", searchParams.get("job") ?? ""];
      if (pathname !== "/metrics" || this.dead.has(workload)) response.writeHead(503).end();
      else response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(this.text(job, workload));
    });
  }

  async start(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    const again = () => {
      this.timer = setTimeout(() => void this.work().then(again, again), 500);
    };
    again();
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Fills a queue, and lets so many jobs a second come from now on. */
  load(queue: string, backlog: number, arrivals: number): void {
    this.queues.set(queue, { backlog, arrivals, latency: 0 });
  }

  backlog(queue: string): number {
    return this.queues.get(queue)?.backlog ?? 0;
  }

  /** What ready pods got done since the last look. */
  private async work(): Promise<void> {
    const { items } = await this.core.listNamespacedPod({ namespace: "mastodon" });
    const ready = items.filter(isReady);
    this.ready = new Map([...Map.groupBy(ready, workloadOf)].map(([name, pods]) => [name, pods.length]));
    const seconds = (Date.now() - this.worked) / 1000;
    this.worked = Date.now();
    for (const [workload, queues] of this.served) {
      let room = (this.ready.get(workload) ?? 0) * jobsPerSecond * seconds;
      for (const queue of queues.flatMap((name) => this.queues.get(name) ?? [])) {
        const come = queue.backlog + queue.arrivals * seconds;
        const done = Math.min(room, come);
        room -= done;
        queue.backlog = come - done;
        // While jobs wait, the oldest gets older; it is as young as the rest once they are few.
        queue.latency = queue.backlog < 1 ? 0 : queue.latency + seconds;
      }
    }
  }

  private text(job: string, workload: string): string {
    return `${this.lines(job, workload).join("\n")}\n`;
  }

  private lines(job: string, workload: string): string[] {
    if (job === "web") {
      return [`ruby_puma_busy_threads ${this.busy * 10}`, "ruby_puma_max_threads 10", "ruby_puma_request_backlog 0"];
    }
    if (job === "streaming")
      return [`connected_clients ${this.clients / Math.max(1, this.ready.get("streaming") ?? 1)}`];
    if (job !== "sidekiq") return ["collector_working 1"];
    const queues = (this.served.get(workload) ?? []).flatMap((name) => {
      const queue = this.queues.get(name);
      return queue === undefined
        ? []
        : [
            `sidekiq_queue_latency_seconds{queue="${name}"} ${queue.latency}`,
            `sidekiq_queue_backlog{queue="${name}"} ${queue.backlog}`,
          ];
    });
    return ["sidekiq_stats_enqueued 1", ...queues];
  }
}
