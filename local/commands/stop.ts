// Ends every process of the local cloud and keeps all its objects; the next `npm start` goes on where it was.
import { listClusters, stopCluster } from "../cluster/index.ts";
import { stopStores } from "./stores.ts";

export async function stop(home: string, print: (line: string) => void): Promise<void> {
  const running = (await listClusters(home)).filter(({ state }) => state !== "stopped");
  for (const cluster of running) {
    await stopCluster(home, cluster.id);
    print(`Stopped cluster ${cluster.name}; its objects are kept.`);
  }
  const stores = await stopStores(home, print);
  if (running.length + stores === 0) print("Nothing is running.");
}
