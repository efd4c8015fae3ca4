// What is wrong with a connection budget, with the arithmetic and the ways out.
import { connectionLimit, sizeWithConnections } from "../../../components/database/plans.ts";
import type { Problem } from "../../../components/problem.ts";
import { connectionBudget, poolStep, type ConnectionBudget, type ConnectionSettings } from "./budget.ts";
import { connectionsOf, type Consumer } from "./consumers.ts";

/** A pool smaller than what its clients may open, pools beyond what PostgreSQL allows, and the same for the replica. */
export function connectionProblems(settings: ConnectionSettings): Problem[] {
  const budget = connectionBudget(settings);
  return [...poolProblems(budget, settings), ...serverProblems(budget), ...replicaProblems(budget)];
}

/** Only a size that was given can be too small; the others follow from the clients. */
function poolProblems({ pools, consumers }: ConnectionBudget, { database }: ConnectionSettings): Problem[] {
  const { clientsPerConnection } = database.postgresql;
  return pools
    .filter(({ size, needed }) => size < needed)
    .map(({ name, size, needed, clients }) => {
      const own = consumers.filter(({ pool }) => pool === name);
      const shared = clientsPerConnection === 1 ? "" : `, ${clientsPerConnection} to a connection`;
      return {
        path: `database.postgresql.pools.${name}`,
        value: size,
        message: `must be at least ${needed}: its clients may open ${clients} connections${shared} (${terms(own)}); raise it, leave it out, or lower replicas or threads`,
      };
    });
}

function serverProblems(budget: ConnectionBudget): Problem[] {
  const { size, limit, used, pools, workers, direct, consumers } = budget;
  if (limit === undefined || used <= limit) return [];
  const parts = [
    ...pools.map((pool) => `pool ${pool.name} ${pool.size}`),
    ...Object.entries(workers).map(([worker, connections]) => `worker ${worker} ${connections}`),
  ];
  return [
    {
      path: "database.postgresql.size",
      value: size,
      message:
        `allows ${limit} connections, but ${used} are needed: ${[...parts, `${direct} for migrations, dumps, tootctl and people`].join(" + ")}. ` +
        `Clients at their most, with a roll: ${terms(consumers)}. ${larger(used, size)}${smaller(pools)}${fewer(consumers, used - limit)}` +
        "or let clients share connections with database.postgresql.clientsPerConnection",
    },
  ];
}

function replicaProblems({ replica, consumers }: ConnectionBudget): Problem[] {
  if (replica?.limit === undefined || replica.used <= replica.limit) return [];
  const { size, limit, used } = replica;
  const readers = consumers.filter(({ readsReplica }) => readsReplica);
  return [
    {
      path: "database.postgresql.replica.size",
      value: size,
      message: `allows ${limit} connections, but ${used} may be opened, since a replica has no pools: ${terms(readers)}. ${larger(used, size)}or lower replicas or threads`,
    },
  ];
}

/** `web (3 + 1 pods) × 11 = 44 + …` */
function terms(consumers: readonly Consumer[]): string {
  return consumers.map(term).join(", ");
}

function term(consumer: Consumer): string {
  const { name, pods, surge, each } = consumer;
  const count = surge === 0 ? String(pods) : `(${pods} + ${surge})`;
  return `${name} ${count} × ${each} = ${connectionsOf(consumer)}`;
}

/** `Take db-s-4vcpu-8gb (197) or larger, `; nothing where no size is enough. */
function larger(connections: number, like: string): string {
  const size = sizeWithConnections(connections, like);
  return size === undefined ? "No size allows so many: " : `Take ${size} (${connectionLimit(size)}) or larger, `;
}

/** Pools that were given more than their clients need and more than rounding explains; nothing where there is none. */
function smaller(pools: ConnectionBudget["pools"]): string {
  return pools
    .filter(({ size, needed }) => size >= needed + poolStep)
    .map(({ name, needed }) => `lower database.postgresql.pools.${name} to ${needed}, `)
    .join("");
}

/** What the largest consumer alone could give up; nothing where that is not enough. */
function fewer(consumers: readonly Consumer[], excess: number): string {
  const [largest] = consumers.toSorted((one, other) => connectionsOf(other) - connectionsOf(one));
  if (largest === undefined) return "";
  const each = largest.each - Math.ceil(excess / (largest.pods + largest.surge));
  const alone = each < 1 ? "" : ` (${largest.name} alone: at most ${each} connections a pod, ${largest.path})`;
  return `lower replicas or threads by ${excess} connections${alone}, `;
}
