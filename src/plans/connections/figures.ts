// The connection budget as an output: the same figures as its table.
import { z } from "zod";
import { poolNames } from "../../../components/database/pools.ts";
import { connectionBudget, type ConnectionSettings } from "./budget.ts";
import { connectionsOf, directConsumers } from "./consumers.ts";

const serverSchema = z.strictObject({
  size: z.string(),
  limit: z.int().describe("connections that the size allows; 0 where that is not known"),
  used: z.int().describe("connections that may be open at the worst moment"),
});

export const connectionFiguresSchema = serverSchema.extend({
  pools: z.array(
    z.strictObject({
      name: z.enum(poolNames),
      clients: z.int().describe("client connections at the worst moment"),
      size: z.int().describe("server connections"),
    }),
  ),
  workers: z
    .record(z.string(), z.int())
    .optional()
    .describe("server connections of the pool that a worker outside the cluster has for itself, by worker"),
  consumers: z.array(
    z.strictObject({
      name: z.string().describe("workload, worker outside the cluster, or who uses the direct port"),
      pool: z.enum([...poolNames, "own", "direct"]),
      pods: z.int().describe("most that run"),
      surge: z.int().describe("on top while a new revision rolls out"),
      each: z.int().describe("connections of one"),
      connections: z.int(),
    }),
  ),
  replica: serverSchema.optional().describe("the read replica, which has no pools"),
});

export type ConnectionFigures = z.infer<typeof connectionFiguresSchema>;

/** The figures of the output `plans.connections`. */
export function connectionFigures(settings: ConnectionSettings): ConnectionFigures {
  const { size, limit, used, consumers, pools, workers, replica } = connectionBudget(settings);
  return {
    size,
    limit: limit ?? 0,
    used,
    pools: pools.map(({ name, clients, size: connections }) => ({ name, clients, size: connections })),
    ...(Object.keys(workers).length > 0 && { workers: { ...workers } }),
    consumers: [
      ...consumers.map((consumer) => ({
        name: consumer.name,
        pool: consumer.pool,
        pods: consumer.pods,
        surge: consumer.surge,
        each: consumer.each,
        connections: connectionsOf(consumer),
      })),
      ...directConsumers(settings).map(({ name, connections }) => ({
        name,
        pool: "direct" as const,
        pods: 1,
        surge: 0,
        each: connections,
        connections,
      })),
    ],
    ...(replica && { replica: { size: replica.size, limit: replica.limit ?? 0, used: replica.used } }),
  };
}
