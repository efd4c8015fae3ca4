// What DigitalOcean's monitoring offers and allows (OpenAPI and limits page, June 2024; terraform-provider-digitalocean 2.99.1, Aug 2026).

/** Regions that uptime checks run in. */
export const uptimeRegions = ["us_east", "us_west", "eu_west", "se_asia"] as const;

/** Alerts that one uptime check may have. An account may have 100 checks. */
export const alertsPerCheck = 5;

/** Metrics that this stack sets alarms on, with DigitalOcean's names for them. */
export const metrics = {
  droplet: {
    cpu: "v1/insights/droplet/cpu",
    memory: "v1/insights/droplet/memory_utilization_percent",
    disk: "v1/insights/droplet/disk_utilization_percent",
  },
  loadBalancer: {
    connections: "v1/insights/lbaas/connection_utilization_percent",
    tls: "v1/insights/lbaas/tls_connections_per_second_utilization_percent",
    cpu: "v1/insights/lbaas/avg_cpu_utilization_percent",
  },
  database: {
    cpu: "v1/dbaas/alerts/cpu_alerts",
    memory: "v1/dbaas/alerts/memory_utilization_alerts",
    disk: "v1/dbaas/alerts/disk_utilization_alerts",
    load: "v1/dbaas/alerts/load_15_alerts",
  },
} as const;

/** How long a value must stay beyond its threshold. */
export type AlarmWindow = "5m" | "10m" | "30m" | "1h";
