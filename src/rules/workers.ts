// Workers outside the cluster: each in an account that the stack may use.
import type { Problem } from "../../components/problem.ts";
import { secretCommand } from "../../components/shapes.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** A worker's account needs a token of its own. */
export function assertWorkerAccountsKnown({ workers, secrets }: Pick<Settings, "workers" | "secrets">): Problem[] {
  const known = Object.keys(secrets.digitalocean);
  return Object.entries(workers)
    .filter(([, { account }]) => !known.includes(account))
    .map(([name, { account }]) => ({
      path: `workers.${name}.account`,
      value: account,
      message: `has no token; allowed: ${known.join(", ")}; add one with: ${secretCommand(`secrets.digitalocean.${account}.token`)}`,
    }));
}

export const workersRules = [rule(["workers", "secrets"], assertWorkerAccountsKnown)];
