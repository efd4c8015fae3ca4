// Wakes the clusters of the account: their processes may have been stopped, or lost with a reboot, while their objects are kept.
import { listClusters, startCluster } from "../cluster/index.ts";

/** Starts every cluster that exists and does not run. */
export async function resumeClusters(home: string, print: (line: string) => void): Promise<void> {
  for (const cluster of await listClusters(home)) {
    if (cluster.state === "running") continue;
    print(`Resuming cluster ${cluster.name} ...`);
    await startCluster(home, cluster.spec, { report: print });
  }
}
