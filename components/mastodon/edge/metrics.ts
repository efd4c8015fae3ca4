// nginx' own counters in Prometheus' format: the variables of its status module, written out, so that no exporter is needed beside it.

/** Plain HTTP for Prometheus alone: no Service leads here, and the network policy lets nobody else in. */
export const edgeMetricsPort = 9113;

const states = ["active", "reading", "writing", "waiting"] as const;

/** The server that answers Prometheus. */
export function metricsServer(): string {
  const lines = states.map((state) => {
    const name = `nginx_connections_${state}`;
    return `# TYPE ${name} gauge\\n${name} $connections_${state}\\n`;
  });
  return `server {
  listen ${edgeMetricsPort};
  listen [::]:${edgeMetricsPort};

  location = /metrics {
    default_type text/plain;
    return 200 "${lines.join("")}";
  }
  location / {
    return 404;
  }
}
`;
}
