// What the node pools must offer to the server's pods.
import { nodePoolName } from "../../components/kubernetes/inputs.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** Web, streaming and the edge name the pool `web`; Sidekiq runs there too when there is no pool `sidekiq`. */
export function assertWebPool({ kubernetes }: Pick<Settings, "kubernetes">): Problem[] {
  const names = Object.keys(kubernetes.pools);
  const web = kubernetes.pools["web"];
  if (!web) {
    return [
      { path: "kubernetes.pools", value: names, message: "must hold a pool named web, which the web pods ask for" },
    ];
  }
  if (web.min >= 2) return [];
  return [
    {
      path: "kubernetes.pools.web.min",
      value: web.min,
      message: "must be at least 2, so that the loss of one node does not take the server down",
    },
  ];
}

/** Node names are the pool's and six characters more, and a label of theirs takes 63. */
const longestPoolName = 63 - 6;

/** Names of nodes follow from those of the server, the pool and the size, and Kubernetes has a limit for the whole. */
export function assertPoolNamesShort({ name, kubernetes }: Pick<Settings, "name" | "kubernetes">): Problem[] {
  return Object.entries(kubernetes.pools).flatMap(([pool, settings]) => {
    const full = nodePoolName(name, pool, settings);
    if (full.length <= longestPoolName) return [];
    return {
      path: `kubernetes.pools.${pool}`,
      value: full,
      message: `would be the pool's name, which must be at most ${longestPoolName} characters and has ${full.length}; shorten the pool's name`,
    };
  });
}

export const kubernetesRules = [
  rule(["kubernetes"], assertWebPool),
  rule(["name", "kubernetes"], assertPoolNamesShort),
];
