// Loopback ports that nobody else uses, spread so that two checkouts look in different places.
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { LocalCloudError } from "../errors.ts";
import type { ClusterPorts } from "./record.ts";

// Below 32768, where Linux begins to hand out ports for outgoing connections: a stopped cluster's port is not taken by chance.
const firstPort = 20_000;
const portCount = 12_000;

/** Whether a server could listen on this loopback port now. */
async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

/** Where the search for a folder's ports begins: the same folder begins at the same place. */
function preferredPort(folder: string): number {
  return firstPort + (createHash("sha256").update(folder).digest().readUInt32BE() % portCount);
}

/** The wanted ports where they are free, others where they are not. */
export async function choosePorts(folder: string, wanted?: ClusterPorts): Promise<ClusterPorts> {
  const chosen: number[] = [];
  const choose = async (same: number | undefined) => {
    const port = same !== undefined && (await isFree(same)) ? same : await nextFree(folder, chosen, wanted);
    chosen.push(port);
    return port;
  };
  return {
    apiServer: await choose(wanted?.apiServer),
    etcdClient: await choose(wanted?.etcdClient),
    etcdPeer: await choose(wanted?.etcdPeer),
  };
}

async function nextFree(folder: string, taken: number[], wanted: ClusterPorts | undefined): Promise<number> {
  const start = preferredPort(folder) - firstPort;
  const reserved = new Set([...taken, ...Object.values(wanted ?? {})]);
  for (let step = 0; step < 2_000; step++) {
    const port = firstPort + ((start + step) % portCount);
    if (!reserved.has(port) && (await isFree(port))) return port;
  }
  throw new LocalCloudError(
    `no free port on 127.0.0.1 between ${firstPort} and ${firstPort + portCount - 1}; end some servers and run this again`,
  );
}
