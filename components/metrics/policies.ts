// Who may talk to whom for metrics: Prometheus to the ports that it scrapes, to the API server and to Alertmanager, which may reach the world's
// mail and https. Policies add up, so those of Mastodon's pods stay as they are.
import type * as kubernetes from "@pulumi/kubernetes";
import { edgeMetricsPort } from "../mastodon/edge/metrics.ts";
import { exporterPort } from "../mastodon/environment/exporter.ts";
import { toApiServer } from "../mastodon/kubernetes/api-server-policy.ts";
import { internet, names } from "../mastodon/kubernetes/network-policies.ts";
import { streamingPort } from "../mastodon/workloads/streaming.ts";
import { type Role, roleLabels } from "../mastodon/workloads/workload.ts";
import { alertmanagerName, alertmanagerPort, prometheusName, prometheusPort } from "./pods.ts";
import type { exporters } from "./scrape.ts";

type NetworkPolicy = kubernetes.types.input.networking.v1.NetworkPolicySpec;

/** Where each role shows its metrics. */
const scrapedPorts: Readonly<Record<keyof typeof exporters, number>> = {
  web: exporterPort,
  sidekiq: exporterPort,
  streaming: streamingPort,
  edge: edgeMetricsPort,
};

/** Namespaces with this label may ask Prometheus: Grafana's, for example. */
export const readersLabel = "mastodon/reads-metrics";

const ports = (...numbers: number[]) => numbers.map((port) => ({ protocol: "TCP", port }));
const pods = (role: Role) => ({ podSelector: { matchLabels: roleLabels(role) } });
const scraped = Object.entries(scrapedPorts).filter((entry): entry is [keyof typeof scrapedPorts, number] =>
  Object.hasOwn(scrapedPorts, entry[0]),
);

/** Policies by name. */
export function metricsPolicies(mailPort: number): Record<string, NetworkPolicy> {
  return {
    [prometheusName]: {
      ...pods(prometheusName),
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [{ namespaceSelector: { matchLabels: { [readersLabel]: "true" } } }], ports: ports(prometheusPort) },
      ],
      egress: [
        names,
        ...scraped.map(([role, port]) => ({ to: [pods(role)], ports: ports(port) })),
        { to: [pods(alertmanagerName)], ports: ports(alertmanagerPort) },
      ],
    },
    [alertmanagerName]: {
      ...pods(alertmanagerName),
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [pods(prometheusName)], ports: ports(alertmanagerPort) }],
      egress: [names, internet(443, mailPort)],
    },
    ...Object.fromEntries(
      scraped.map(([role, port]) => [
        `${prometheusName}-to-${role}`,
        {
          ...pods(role),
          policyTypes: ["Ingress"],
          ingress: [{ from: [pods(prometheusName)], ports: ports(port) }],
        },
      ]),
    ),
  };
}

/** Specification of a CiliumNetworkPolicy. */
export const apiServerPolicy = toApiServer("Prometheus may ask the API server for pods", roleLabels(prometheusName));
