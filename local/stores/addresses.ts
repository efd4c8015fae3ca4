// Loopback addresses of servers that need the very ports which the platform uses: one address for each server.
import { createHash } from "node:crypto";
import { isFree } from "../processes/ports.ts";

const tries = 50;

/**
 * An address at which the ports are free. On Linux all of 127.0.0.0/8 is this machine, and a server gets an address of its own; the same
 * server begins to look at the same place. Elsewhere there is only 127.0.0.1.
 * @param server Anything that tells it from all others, for example its folder.
 * @returns nothing when there is none
 */
export async function freeAddress(server: string, ports: readonly number[]): Promise<string | undefined> {
  if (process.platform !== "linux") return (await allFree("127.0.0.1", ports)) ? "127.0.0.1" : undefined;
  for (let number = 0; number < tries; number++) {
    const [a = 0, b = 0, c = 0] = createHash("sha256").update(`${server} ${number}`).digest();
    const address = `127.${64 + (a % 128)}.${b}.${1 + (c % 254)}`; // 127.0 is everybody's, and 127.255 is a broadcast to some
    if (await allFree(address, ports)) return address;
  }
  return undefined;
}

async function allFree(address: string, ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if (!(await isFree(port, address))) return false;
  return true;
}
