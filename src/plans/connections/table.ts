// The connection budget for people: a table in each preview, and the same figures as an output.
import { textTable } from "../../../components/text-table.ts";
import { connectionBudget, type ConnectionBudget, type ConnectionSettings } from "./budget.ts";
import { connectionsOf, directConsumers } from "./consumers.ts";

/** The figures of the output `plans.connections`. */
export function connectionPlan(settings: ConnectionSettings) {
  const { size, limit, used, consumers, pools, replica } = connectionBudget(settings);
  return {
    size,
    limit: limit ?? 0,
    used,
    pools: pools.map(({ name, clients, size: connections }) => ({ name, clients, size: connections })),
    consumers: [
      ...consumers.map((consumer) => ({
        name: consumer.name,
        pool: consumer.pool,
        pods: consumer.pods,
        surge: consumer.surge,
        each: consumer.each,
        connections: connectionsOf(consumer),
      })),
      ...directConsumers.map(({ name, connections }) => ({
        name,
        pool: "direct",
        pods: 1,
        surge: 0,
        each: connections,
        connections,
      })),
    ],
    ...(replica && { replica: { size: replica.size, limit: replica.limit ?? 0, used: replica.used } }),
  };
}

/** The budget as a table without colours. */
export function connectionTable(settings: ConnectionSettings): string {
  const budget = connectionBudget(settings);
  const table = textTable(
    [
      ["connects to PostgreSQL", "left"],
      ["through", "left"],
      ["most pods", "right"],
      ["in a roll", "right"],
      ["each", "right"],
      ["connections", "right"],
    ],
    connectionPlan(settings).consumers.map(({ name, pool, pods, surge, each, connections }) => [
      name,
      pool === "direct" ? "direct port" : `pool ${pool}`,
      pods,
      surge,
      each,
      connections,
    ]),
    { compact: true },
  );
  return [`Connections to PostgreSQL (${budget.size})`, table, ...summary(budget)].join("\n");
}

function summary({ pools, direct, used, limit, size, replica }: ConnectionBudget): string[] {
  const sizes = pools.map((pool) => `${pool.name} ${pool.size} for ${pool.clients} clients`).join(", ");
  return [
    `Pools: ${sizes}.`,
    `${used - direct} in pools + ${direct} direct = ${used} of the ${limit ?? "?"} that ${size} allows.`,
    ...(replica ? [`Replica: ${replica.used} of the ${replica.limit ?? "?"} that ${replica.size} allows.`] : []),
  ];
}
