// The connection budget for people: a table in each preview.
import { textTable } from "../../../components/text-table.ts";
import { connectionBudget, type ConnectionBudget, type ConnectionSettings } from "./budget.ts";
import { connectionFigures } from "./figures.ts";

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
    connectionFigures(settings).consumers.map(({ name, pool, pods, surge, each, connections }) => [
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
