// Whether the pods that should run are there and answer: a Service without endpoints is noticed here, not by its users.
import { alert, type UnlinkedGroup } from "./rule.ts";

/** A Deployment of Mastodon. */
export interface WatchedWorkload {
  readonly name: string;
  /** Pods at rest. */
  readonly replicas: number;
}

const wanted = "mastodon:workload_pods:wanted";
const answering = "mastodon:workload_pods:answering";

export function targetGroup(workloads: readonly WatchedWorkload[]): UnlinkedGroup {
  return {
    name: "targets",
    rules: [
      ...workloads.map(({ name, replicas }) => ({
        record: wanted,
        expr: `vector(${replicas})`,
        labels: { workload: name },
      })),
      { record: answering, expr: `count by (workload) (up{job=~"web|sidekiq|streaming|edge"} == 1)` },
      alert({
        alert: "WorkloadUnreachable",
        severity: "page",
        expr: `${wanted} unless on (workload) ${answering}`,
        lasting: "5m",
        summary: "no pod of {{ $labels.workload }} answers",
        description: "A whole part of the server is missing: its pods are gone, or no label leads to them any more.",
      }),
      alert({
        alert: "WorkloadShort",
        severity: "ticket",
        expr: `${answering} < on (workload) ${wanted}`,
        lasting: "30m",
        summary: "only {{ $value }} pods of {{ $labels.workload }} answer",
        description: "Fewer pods than the settings ask for at rest. The next failure may be felt.",
      }),
      alert({
        alert: "TargetDown",
        severity: "ticket",
        expr: `up == 0`,
        lasting: "10m",
        summary: "{{ $labels.pod }} of {{ $labels.job }} shows no metrics",
        description: "The pod runs but does not answer Prometheus, so alerts about it are blind.",
      }),
    ],
  };
}
