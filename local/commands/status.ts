// Says what the account holds, which processes run, and which objects have something real behind them.
import pc from "picocolors";
import { withAccount } from "../account/index.ts";
import { listClusters, type ClusterStatus } from "../cluster/index.ts";
import { listStores } from "../stores/index.ts";
import { clusterType } from "./clusters.ts";
import { behindType, describeStores } from "./status-stores.ts";
import { section } from "../summary/render.ts";

/** Types whose objects something real always stands behind; of buckets and databases each one says so itself, all others are rows only. */
const realBehind: Record<string, string> = {
  [clusterType]: "real API server, scheduler and controllers; simulated pods",
  "digitalocean:index/kubernetesNodePool:KubernetesNodePool": "real Node objects, simulated machines",
};

/** The status as text for a terminal. */
export async function status(home: string): Promise<string> {
  const counts = withAccount(home, (account) => [...account.counts()].toSorted(([a], [b]) => a.localeCompare(b)));
  const clusters = await listClusters(home);
  const rows = withAccount(home, (account) => account.list());
  if (counts.length === 0 && clusters.length === 0) return `The account in ${home} is empty and nothing runs.`;
  const objects = counts.map(([type, count]) => [String(count), type, realBehind[type] ?? behindType(type, rows)]);
  return [
    `Account in ${home}`,
    section("Objects", [["count", "type", "behind it"], ...objects]),
    ...describeStores(rows, listStores(home)),
    ...clusters.map(describeCluster),
  ].join("\n");
}

function describeCluster(cluster: ClusterStatus): string {
  const state = cluster.state === "running" ? pc.green(cluster.state) : pc.red(cluster.state);
  const processes = Object.entries(cluster.pids).map(([name, pid]) => [name, String(pid)]);
  const pools = Object.entries(Object.groupBy(cluster.nodes, ({ pool }) => pool)).map(([pool, nodes = []]) => [
    pool,
    `${nodes.filter(({ status: node }) => node === "running").length} of ${nodes.length}`,
  ]);
  return [
    `Cluster ${pc.bold(cluster.name)} is ${state}${cluster.message ? `: ${cluster.message}` : ""} ${cluster.endpoint ?? ""}`,
    section("Nodes", [["pool", "running"], ...pools]),
    section("Processes", [["process", "pid"], ...processes]),
    `Log: ${cluster.log}`,
  ].join("\n");
}
