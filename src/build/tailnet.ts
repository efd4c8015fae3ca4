// Builds the tailnet and the queue workers that join it.
import { Tailnet } from "../../components/tailnet/tailnet.ts";
import { Workers } from "../../components/workers/workers.ts";
import { providerOf } from "../providers.ts";
import { machinesOf } from "../rules/tailnet.ts";
import { workerImage } from "../versions.ts";
import type { Context } from "./context.ts";

export function buildTailnet({ settings, providers }: Context): Tailnet {
  const { tailnet, protect } = settings;
  const args = { settings: tailnet, machines: machinesOf(settings), protect };
  return new Tailnet("tailnet", args, { providers: [providers.tailscale] });
}

/** One component for each account, so that everything in it has that account's provider; by account. */
export function buildWorkers({ settings, providers }: Context, tailnet: Tailnet): ReadonlyMap<string, Workers> {
  const { name: prefix, workers, mastodon } = settings;
  const image = `${mastodon.images.rails}:v${mastodon.version}`;
  const accounts = [...new Set(Object.values(workers).map((worker) => worker.account))];
  const build = (account: string): Workers => {
    const inAccount = Object.fromEntries(Object.entries(workers).filter(([, worker]) => worker.account === account));
    return new Workers(
      `workers-${account}`,
      { prefix, workers: inAccount, dropletImage: workerImage, image, policy: tailnet.acl },
      { providers: [providerOf(providers.digitalocean, account), providers.tailscale] },
    );
  };
  return new Map(accounts.map((account) => [account, build(account)]));
}
