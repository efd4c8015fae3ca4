// Builds what computes: the network, the cluster and the databases beside it.
import { Postgresql } from "../../components/database/postgresql.ts";
import { Valkey } from "../../components/database/valkey.ts";
import { Cluster } from "../../components/kubernetes/cluster.ts";
import { Network } from "../../components/network/network.ts";
import { kubernetesProvider } from "../providers.ts";
import { kubernetesVersion } from "../versions.ts";
import type { Context } from "./context.ts";

export type Compute = ReturnType<typeof buildCompute>;

export function buildCompute({ settings, inMainAccount }: Context) {
  const { name: prefix, protect, database } = settings;
  const { region } = settings.network;
  const network = new Network("network", { prefix, settings: settings.network, protect }, inMainAccount);
  const { vpcId } = network;
  const cluster = new Cluster(
    "kubernetes",
    { prefix, region, version: kubernetesVersion, settings: settings.kubernetes, vpcId, protect },
    inMainAccount,
  );
  const place = { prefix, region, vpcId, kubernetesId: cluster.clusterId, protect };
  return {
    cluster,
    kubernetes: kubernetesProvider("kubernetes", cluster),
    postgresql: new Postgresql("postgresql", { ...place, settings: database.postgresql }, inMainAccount),
    queue: new Valkey(
      "valkey-queue",
      { ...place, use: "queue", settings: database.valkey.queue, evictionPolicy: "noeviction" },
      inMainAccount,
    ),
    cache: new Valkey(
      "valkey-cache",
      { ...place, use: "cache", settings: database.valkey.cache, evictionPolicy: "allkeys_lru" },
      inMainAccount,
    ),
  };
}
