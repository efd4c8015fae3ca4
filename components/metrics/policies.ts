// Who may talk to whom for metrics: Prometheus to the ports that it scrapes, to the API server and to Alertmanager, which may reach the world's
// mail and https. Policies add up, so those of Mastodon's pods stay as they are.
import { edgeMetricsPort } from "../mastodon/edge/metrics.ts";
import { exporterPort } from "../mastodon/environment/exporter.ts";
import { toApiServer } from "../mastodon/kubernetes/api-server-policy.ts";
import {
  alsoFrom,
  flowsOf,
  internet,
  names,
  type NetworkPolicy,
  pods,
  tcp,
} from "../mastodon/kubernetes/network-policies.ts";
import { streamingPort } from "../mastodon/workloads/streaming.ts";
import { roleLabels } from "../mastodon/workloads/workload.ts";
import { alertmanagerName, alertmanagerPort, prometheusName, prometheusPort } from "./pods.ts";
import type { exporters } from "./scrape.ts";

/** Where each role shows its metrics. */
const scrapedPorts: Readonly<Record<keyof typeof exporters, number>> = {
  web: exporterPort,
  sidekiq: exporterPort,
  streaming: streamingPort,
  edge: edgeMetricsPort,
};

/** Namespaces with this label may ask Prometheus: Grafana's, for example. */
export const readersLabel = "mastodon/reads-metrics";

const prometheus = roleLabels(prometheusName);
const alertmanager = roleLabels(alertmanagerName);
const scraped = Object.entries(scrapedPorts).filter((entry): entry is [keyof typeof scrapedPorts, number] =>
  Object.hasOwn(scrapedPorts, entry[0]),
);

/** Policies by name. */
export function metricsPolicies(mailPort: number): Record<string, NetworkPolicy> {
  const readers = { namespaceSelector: { matchLabels: { [readersLabel]: "true" } } };
  return {
    [prometheusName]: flowsOf(prometheus, {
      ingress: [{ from: [readers], ports: tcp(prometheusPort) }],
      egress: [
        names,
        ...scraped.map(([role, port]) => ({ to: [pods(roleLabels(role))], ports: tcp(port) })),
        { to: [pods(alertmanager)], ports: tcp(alertmanagerPort) },
      ],
    }),
    [alertmanagerName]: flowsOf(alertmanager, {
      ingress: [{ from: [pods(prometheus)], ports: tcp(alertmanagerPort) }],
      egress: [names, internet(443, mailPort)],
    }),
    ...Object.fromEntries(
      scraped.map(([role, port]) => [
        `${prometheusName}-to-${role}`,
        alsoFrom(roleLabels(role), pods(prometheus), port),
      ]),
    ),
  };
}

/** Specification of a CiliumNetworkPolicy. */
export const apiServerPolicy = toApiServer("Prometheus may ask the API server for pods", prometheus);
