// Builds what computes: the network and the cluster in it.
import { Cluster, type ClusterVersion } from "../../components/kubernetes/cluster.ts";
import { Network } from "../../components/network/network.ts";
import { kubernetesProvider } from "../providers.ts";
import { placeName } from "../names.ts";
import type { Context } from "./context.ts";

export type Compute = ReturnType<typeof buildCompute>;

export function buildCompute({ settings, inMainAccount }: Context, version: ClusterVersion) {
  const { name, protect } = settings;
  const { region } = settings.network;
  const network = new Network("network", { prefix: name, settings: settings.network, protect }, inMainAccount);
  const cluster = new Cluster(
    "kubernetes",
    { prefix: placeName(settings), region, version, settings: settings.kubernetes, vpcId: network.vpcId, protect },
    inMainAccount,
  );
  return { network, cluster, kubernetes: kubernetesProvider("kubernetes", cluster) };
}
