// Wakes the clusters of the account: their processes may have been stopped, or lost with a reboot, while their objects are kept.
import { withAccount } from "../account/index.ts";
import { listClusters, startCluster } from "../cluster/index.ts";

/** The type whose objects have a real cluster behind them. */
export const clusterType = "digitalocean:index/kubernetesCluster:KubernetesCluster";

/**
 * Starts every cluster that exists and does not run, and renews tokens that are about to end.
 * @returns the URNs of clusters that are reached differently now: another program took the port, or the token was renewed
 */
export async function resumeClusters(home: string, print: (line: string) => void): Promise<string[]> {
  const moved: string[] = [];
  for (const cluster of await listClusters(home)) {
    if (cluster.state !== "running") print(`Resuming cluster ${cluster.name} ...`);
    const { kubeconfig } = await startCluster(home, cluster.spec, { report: print });
    const [known] = withAccount(home, (account) => account.list({ type: clusterType, id: cluster.id }));
    // A cluster whose creation was killed has no kubeconfig yet; it is adopted later, and read then.
    const text = JSON.stringify(known?.object["kubeConfigs"] ?? []);
    if (known && text !== "[]" && !text.includes(JSON.stringify(kubeconfig))) moved.push(known.urn);
  }
  return moved;
}
