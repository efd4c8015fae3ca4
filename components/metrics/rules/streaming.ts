// Streaming: open connections against what was usual just now, and whether the process keeps up.
import { alert, type UnlinkedGroup } from "./rule.ts";

const clients = "mastodon:streaming_clients:count";
const usual = "mastodon:streaming_clients:usual";

/** Connections below which a fall is nothing but people going to bed. */
const fewestClients = 50;

/** Ten minutes back, so that a fall does not lower at once what it is measured by. */
const fallBelow = (share: number) => `(${clients} or vector(0)) < ${share} * ${usual} and ${usual} >= ${fewestClients}`;

export const streamingGroup: UnlinkedGroup = {
  name: "streaming",
  rules: [
    { record: clients, expr: `sum(connected_clients{job="streaming"})` },
    { record: usual, expr: `avg_over_time(${clients}[1h] offset 10m)` },
    alert({
      alert: "StreamingClientsFalling",
      severity: "ticket",
      expr: fallBelow(0.5),
      lasting: "10m",
      summary: "{{ $value }} streaming connections, less than half of the last hour's",
      description: "Many browsers and apps lost their live updates and did not come back. They poll the API instead.",
    }),
    alert({
      alert: "StreamingClientsGone",
      severity: "page",
      expr: fallBelow(0.2),
      lasting: "5m",
      summary: "{{ $value }} streaming connections, less than a fifth of the last hour's",
      description: "Live updates are down for nearly everybody, and the polling that replaces them loads web.",
    }),
    alert({
      alert: "StreamingEventLoopSlow",
      severity: "ticket",
      expr: `max by (pod) (nodejs_eventloop_lag_p99_seconds{job="streaming"}) > 0.1`,
      lasting: "10m",
      summary: "{{ $labels.pod }} is {{ $value | humanizeDuration }} behind",
      description: "One Node process serves all connections of a pod and cannot keep up: live updates are late.",
    }),
  ],
};
