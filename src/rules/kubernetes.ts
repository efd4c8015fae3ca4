// What the node pools must offer to the server's pods.
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** Web, streaming and the edge name the pool `web`; Sidekiq runs there too when there is no pool `sidekiq`. */
export function assertWebPool({ kubernetes }: Pick<Settings, "kubernetes">): Problem[] {
  const names = Object.keys(kubernetes.pools);
  if (names.includes("web")) return [];
  return [
    { path: "kubernetes.pools", value: names, message: "must hold a pool named web, which the web pods ask for" },
  ];
}

export const kubernetesRules = [rule(["kubernetes"], assertWebPool)];
