// Loopback ports that nobody else uses, spread so that two checkouts look in different places.
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { LocalCloudError } from "../errors.ts";

// Below 32768, where Linux begins to hand out ports for outgoing connections: a stopped server's port is not taken by chance.
const firstPort = 20_000;
const portCount = 12_000;

/** Whether a server could listen on this loopback port now. */
export async function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

/** Where the search for a folder's ports begins: the same folder begins at the same place. */
function preferredPort(folder: string): number {
  return firstPort + (createHash("sha256").update(folder).digest().readUInt32BE() % portCount);
}

/**
 * A port for each name: the wanted one where it is free, another where it is not.
 * @param folder Folder of the servers; where the search begins follows from it.
 */
export async function choosePorts<Name extends string>(
  folder: string,
  names: readonly Name[],
  wanted: Partial<Record<Name, number>> = {},
): Promise<Record<Name, number>> {
  const reserved = new Set<number>(names.flatMap((name) => wanted[name] ?? []));
  const chosen: [Name, number][] = [];
  for (const name of names) {
    const same = wanted[name];
    const port = same !== undefined && (await isFree(same)) ? same : await nextFree(folder, reserved);
    reserved.add(port);
    chosen.push([name, port]);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry for each name, which fromEntries cannot tell
  return Object.fromEntries(chosen) as Record<Name, number>;
}

async function nextFree(folder: string, reserved: ReadonlySet<number>): Promise<number> {
  const start = preferredPort(folder) - firstPort;
  for (let step = 0; step < 2_000; step++) {
    const port = firstPort + ((start + step) % portCount);
    if (!reserved.has(port) && (await isFree(port))) return port;
  }
  throw new LocalCloudError(
    `no free port on 127.0.0.1 between ${firstPort} and ${firstPort + portCount - 1}; end some servers and run this again`,
  );
}
