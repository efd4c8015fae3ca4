// The capacity plan as an output: the same figures as its table.
import { z } from "zod";
import type { Settings } from "../../settings-schema.ts";
import { dropletPlan, type PoolPlan, poolPlans } from "./plan.ts";
import type { CapacitySettings } from "./pods.ts";

/** The settings that the plan follows from. */
export type PlanSettings = CapacitySettings & Pick<Settings, "account" | "workers">;

const loadSchema = z.strictObject({
  nodes: z.int().describe("enough in whatever order the scheduler places the pods; at least the pool's min"),
  pods: z.int(),
  millicores: z.int().describe("what the pods request together"),
  memoryMib: z.int(),
});

export const capacityFiguresSchema = z.strictObject({
  pools: z.array(
    z.strictObject({
      pool: z.string().describe("name in the settings; system is the fixed one"),
      size: z.string(),
      min: z.int(),
      max: z.int(),
      room: z
        .strictObject({ millicores: z.int(), memoryMib: z.int(), pods: z.int() })
        .describe("what one node offers after what the platform runs on it"),
      atRest: loadSchema,
      atPeak: loadSchema.describe("all workloads at their most replicas, each in a roll, and a migration"),
    }),
  ),
  droplets: z
    .strictObject({
      limit: z.int(),
      system: z.int(),
      pools: z.int(),
      surge: z.int(),
      workers: z.int(),
      total: z.int(),
    })
    .describe("of the main account, with all pools at their max while an upgrade replaces nodes"),
});

/** The figures of the output `plans.capacity`. */
export function capacityFigures(settings: PlanSettings): z.infer<typeof capacityFiguresSchema> {
  return {
    pools: poolPlans(settings).map(({ pool, size, min, max, room, atRest, atPeak }) => ({
      pool,
      size,
      min,
      max,
      room: { ...room },
      atRest: loadFigures(atRest),
      atPeak: loadFigures(atPeak),
    })),
    droplets: { ...dropletPlan(settings) },
  };
}

function loadFigures({ nodes = 0, pods, millicores, memoryMib }: PoolPlan["atRest"]) {
  return { nodes, pods, millicores, memoryMib };
}
