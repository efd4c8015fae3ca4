// What the gateway passes on, in the form that Tailscale's container reads (TS_SERVE_CONFIG).
import { pushgatewayHost, pushgatewayPort } from "../../metrics/pushgateway-address.ts";
import { gatewayPorts } from "../targets.ts";

/** Where connections to a port of the gateway go. */
export interface Forward {
  /** Port on the tailnet. */
  readonly listen: number;
  readonly host: string;
  readonly port: number;
}

/** Where a host outside leaves the metrics of its backups. */
export const toPushgateway: Forward = {
  listen: gatewayPorts.pushgateway,
  host: pushgatewayHost,
  port: pushgatewayPort,
};

export const serveFile = "serve.json";

/**
 * An `ipn.ServeConfig`. Its TCP handler looks the target's name up in the pod, dials it and copies bytes both ways; TLS is not ended
 * (tailscale/tailscale, ipn/ipnlocal/serve.go, `TCPForward` without `TerminateTLS`; only the command line insists on targets on the same machine).
 */
export function serveConfig(forwards: readonly Forward[]): string {
  const ports = forwards.map(({ listen, host, port }) => [String(listen), { TCPForward: `${host}:${port}` }]);
  return `${JSON.stringify({ TCP: Object.fromEntries(ports) }, undefined, 2)}\n`;
}
