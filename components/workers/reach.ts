// What a worker outside the cluster reaches inside: host names of databases, and the gateway's ports that lead to them.
import { gatewayHostname, gatewayPods } from "../tailnet/gateway/names.ts";
import { gatewayPorts } from "../tailnet/targets.ts";

/** Names on the tailnet of the gateway's machines, in the order in which they are tried. @param prefix of physical names */
export function gatewayNames(prefix: string): readonly string[] {
  return gatewayPods.map((pod) => gatewayHostname(prefix, pod));
}

/** One connection that the gateway passes on, byte for byte: TLS ends at the database, which proves its own host name. */
export interface Passage<Host, Port> {
  readonly name: "database" | "valkey" | "valkey-cache";
  /** Where it leads: the database's private host and port. Workers use the same host name, mapped to the gateway's address. */
  readonly host: Host;
  readonly port: Port;
  /** Port of the gateway. All managed databases listen on the same few ports, so it is another one for each. */
  readonly listen: number;
}

interface Server<Host, Port> {
  readonly host: Host;
  readonly port: Port;
}

/** Everything that workers reach: the connection pools of PostgreSQL, and Valkey. */
export function passages<Host, Port>(servers: {
  readonly pool: Server<Host, Port>;
  readonly queue: Server<Host, Port>;
  /** @default - the cache is in the queue's Valkey */
  readonly cache?: Server<Host, Port> | undefined;
}): readonly Passage<Host, Port>[] {
  const { pool, queue, cache } = servers;
  return [
    { name: "database", ...pick(pool), listen: gatewayPorts.database },
    { name: "valkey", ...pick(queue), listen: gatewayPorts.valkey },
    ...(cache ? [{ name: "valkey-cache" as const, ...pick(cache), listen: gatewayPorts.valkeyCache }] : []),
  ];
}

function pick<Host, Port>({ host, port }: Server<Host, Port>): Server<Host, Port> {
  return { host, port };
}
