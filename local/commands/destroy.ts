// Destroys the stack and proves that nothing is left: no object in the account, no process, no port.
import { rmSync } from "node:fs";
import { withAccount } from "../account/index.ts";
import { deleteCluster, listClusters } from "../cluster/index.ts";
import { LocalCloudError } from "../errors.ts";
import { kubeconfigPath } from "../home.ts";
import { keptPolicyType } from "../providers/tailscale/kept-policy.ts";
import { clusterType } from "./clusters.ts";
import { operate, type OperationOptions } from "./operate.ts";
import { emptyBuckets, removeOrphanStores } from "./stores.ts";

/** @throws LocalCloudError when the account still holds something, which is then named. */
export async function destroy(options: OperationOptions): Promise<void> {
  const { changes } = await destroyStack(options);
  rmSync(kubeconfigPath(options.home), { force: true });
  await removeOrphanClusters(options);
  await removeOrphanStores(options.home, options.print);
  const left = withAccount(options.home, (account) => account.counts());
  if (left.size > 0) {
    const list = [...left].map(([type, count]) => `${count} ${type}`);
    throw new LocalCloudError(
      `the account still holds objects that the stack does not know: ${list.join(", ")}; \`npm run local -- status\` shows them; to start from nothing, run \`npm run local -- stop\` and remove ${options.home}`,
    );
  }
  options.print(`${changes["delete"] ?? 0} resources deleted. The account is empty and nothing runs.`);
}

/** Tailscale would keep the policy that the stack leaves in force; here the tailnet goes with everything else. */
function forgetPolicies({ home }: OperationOptions): void {
  withAccount(home, (account) => {
    for (const policy of account.list({ type: keptPolicyType })) account.remove(policy);
  });
}

/** However it ends, the tailnet forgets the policy that was left in force: the next `start` must not find it in its way. */
async function destroyStack(options: OperationOptions): ReturnType<typeof operate> {
  try {
    return await operate("Destroying", options, (stack, engine, { protect }) => {
      // Where the stack is protected the engine refuses, and everything must still be there.
      if (!protect) emptyBuckets(options.home, options.print);
      // With the program, the engine reaches a cluster that moved by its new address, and not by the one of the last update.
      return stack.destroy({ ...engine, runProgram: true });
    });
  } finally {
    forgetPolicies(options);
  }
}

/** A cluster without a row in the account belongs to a creation that was killed; one with a row is the engine's to delete. */
async function removeOrphanClusters({ home, print }: OperationOptions): Promise<void> {
  const owned = withAccount(home, (account) => new Set(account.list({ type: clusterType }).map(({ id }) => id)));
  for (const cluster of await listClusters(home)) {
    if (owned.has(cluster.id)) continue;
    print(`Removing cluster ${cluster.name}, which no object of the account names`);
    await deleteCluster(home, cluster.id);
  }
}
