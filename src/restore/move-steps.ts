// The move of the server out of a region that is lost: what of the state is set aside, and which settings change.
import { Address4 } from "ip-address";
import { isPrivateRange, overlapProblems } from "../../components/network/ranges.ts";
import type { Settings } from "../settings-schema.ts";
import { UsageError } from "../stack-choice.ts";
import { inRegion, recordsOn } from "./lost.ts";
import type { Action, Situation } from "./plan.ts";

export interface Move {
  readonly region: string;
  readonly aside: ReadonlySet<string>;
  /** URNs of the records that lead to the old place. */
  readonly records: readonly string[];
  readonly actions: readonly Action[];
  readonly lost: readonly string[];
  readonly warnings: readonly string[];
}

const set = (path: string, value: string): Action => ({ kind: "set", path, value });

/** @throws UsageError where the server is in the region already */
export function moveSteps({ settings, state }: Situation, region: string): Move {
  const { network, kubernetes } = settings;
  if (region === network.region)
    throw new UsageError(`--region ${region}: the server is there already; name another one`);
  const aside = inRegion(state, network.region);
  return {
    region,
    aside,
    records: recordsOn(state, aside),
    actions: [
      set("network.region", region),
      set("network.site", region),
      set("network.ipRange", freeRange(network.ipRange, kubernetes, region)),
      ...workersMoved(settings, region),
    ],
    lost: [
      "jobs that were queued and sessions that were kept in Valkey",
      `the metrics of before, whose disk is in ${network.region}`,
    ],
    warnings: [
      ...bucketsThere(settings),
      "droplets of other regions are untouched; sizes of nodes and databases may differ in the new region: the preview tells",
    ],
  };
}

/** A range of the same length right behind the old one: both networks are in one account, where no two may overlap. */
export function freeRange(
  taken: string,
  { clusterSubnet, serviceSubnet }: Pick<Settings["kubernetes"], "clusterSubnet" | "serviceSubnet">,
  region: string,
): string {
  const range = new Address4(taken);
  const size = 1n << BigInt(32 - range.subnetMask);
  const others = [taken, clusterSubnet, serviceSubnet].map((one) => ({ path: "", range: one }));
  for (let next = range.startAddress().bigInt() + size; next < 1n << 32n; next += size) {
    const found = `${Address4.fromBigInt(next).correctForm()}/${range.subnetMask}`;
    const meets = others.some((other) =>
      overlapProblems([other, { path: "", range: found }], region).some(concerns(found)),
    );
    if (!isPrivateRange(found)) break;
    if (!meets) return found;
  }
  throw new UsageError(`no range behind ${taken} is free; set mastodon:network.ipRange by hand`);
}

const concerns = (range: string) => (problem: { readonly value?: unknown }) => problem.value === range;

/** Droplets of the lost region are made anew in the other one, with a new key to the tailnet. */
function workersMoved({ workers, network }: Settings, region: string): Action[] {
  return Object.entries(workers).flatMap(([name, worker]): Action[] =>
    worker.where === "droplet" && worker.region === network.region
      ? [
          { kind: "set", path: `workers.${name}.region`, value: region },
          { kind: "set", path: `workers.${name}.generation`, value: String(worker.generation + 1) },
        ]
      : [],
  );
}

function bucketsThere({ storage, network }: Settings): string[] {
  const there = (["media", "assets", "docs", "backups"] as const).filter(
    (one) => storage[one].region === network.region,
  );
  if (there.length === 0) return [];
  return [
    `these buckets are in ${network.region} too, and are left where they are: ${there.join(", ")}. If they are lost, see docs/recovery.md`,
  ];
}
