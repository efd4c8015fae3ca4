// The connection budget for people: a table in each preview.
import { textTable } from "../../../components/text-table.ts";
import { connectionBudget, type ConnectionBudget, type ConnectionSettings } from "./budget.ts";
import { connectionFigures, type ConnectionFigures } from "./figures.ts";

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
      placeOf(pool),
      pods,
      surge,
      each,
      connections,
    ]),
    { compact: true },
  );
  return [`Connections to PostgreSQL (${budget.size})`, table, ...summary(budget)].join("\n");
}

function placeOf(pool: ConnectionFigures["consumers"][number]["pool"]): string {
  if (pool === "direct") return "direct port";
  return pool === "own" ? "pool of its own" : `pool ${pool}`;
}

function summary({ pools, workers, direct, used, limit, size, replica }: ConnectionBudget): string[] {
  const shared = pools.map((pool) => `${pool.name} ${pool.size} for ${pool.clients} clients`);
  const own = Object.entries(workers).map(([worker, connections]) => `worker ${worker} ${connections}`);
  const sizes = [...shared, ...own].join(", ");
  return [
    `Pools: ${sizes}.`,
    `${used - direct} in pools + ${direct} direct = ${used} of the ${limit ?? "?"} that ${size} allows.`,
    ...(replica ? [`Replica: ${replica.used} of the ${replica.limit ?? "?"} that ${replica.size} allows.`] : []),
  ];
}
