// The capacity plan for people: a table in each preview.
import { textTable } from "../../../components/text-table.ts";
import type { PlanSettings } from "./figures.ts";
import { dropletPlan, type DropletPlan, type PoolPlan, poolPlans } from "./plan.ts";

/** Pools with their nodes and loads, and the account's droplets under it. */
export function capacityTable(settings: PlanSettings): string {
  const table = textTable(
    [
      ["pool", "left"],
      ["size", "left"],
      ["min to max", "right"],
      ["nodes at rest", "right"],
      ["at peak", "right"],
      ["pods at peak", "right"],
      ["CPU at peak", "right"],
      ["memory at peak", "right"],
    ],
    poolPlans(settings).map(poolRow),
  );
  return `Nodes\n${table}\n${dropletLine(dropletPlan(settings))}`;
}

function poolRow({ pool, size, min, max, room, atRest, atPeak }: PoolPlan): string[] {
  const nodes = atPeak.nodes ?? 0;
  return [
    pool,
    size,
    min === max ? `${min}` : `${min} to ${max}`,
    `${atRest.nodes ?? "none fits"}`,
    `${atPeak.nodes ?? "none fits"}`,
    `${atPeak.pods}`,
    `${atPeak.millicores}m of ${nodes * room.millicores}m`,
    `${atPeak.memoryMib} of ${nodes * room.memoryMib} MiB`,
  ];
}

function dropletLine(droplets: DropletPlan): string {
  return `Droplets at most: ${dropletSum(droplets)} = ${droplets.total} of the ${droplets.limit} that the account may have`;
}

/** The sum in words, so that a refusal shows how it came about. */
export function dropletSum({ system, pools, surge, workers }: Omit<DropletPlan, "limit" | "total">): string {
  const parts = [
    `${system} system`,
    `${pools} in pools at their max`,
    `${surge} while an upgrade replaces nodes`,
    ...(workers > 0 ? [`${workers} queue workers`] : []),
  ];
  return parts.join(" + ");
}
