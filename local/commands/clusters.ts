// Wakes the clusters of the account: their processes may have been stopped, or lost with a reboot, while their objects are kept.
import { listClusters, startCluster } from "../cluster/index.ts";
import { clusterPaths } from "../cluster/paths.ts";
import { readRecord } from "../cluster/record.ts";

/** Starts every cluster that exists and does not run. */
export async function resumeClusters(home: string, print: (line: string) => void): Promise<void> {
  for (const cluster of await listClusters(home)) {
    const record = readRecord(clusterPaths(home, cluster.id));
    if (cluster.state === "running" || !record) continue;
    print(`Resuming cluster ${cluster.name} ...`);
    await startCluster(home, record);
  }
}
