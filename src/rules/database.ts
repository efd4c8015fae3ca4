// What the chosen database plans can carry.
import { connectionLimit } from "../../components/database/plans.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** PostgreSQL's connections are fixed by its memory, and migrations and people need some besides the pool. */
export function assertPoolFitsDatabase({ database }: Pick<Settings, "database">): Problem[] {
  const { size, poolSize } = database.postgresql;
  const limit = connectionLimit(size);
  if (limit === undefined) {
    return [
      {
        path: "database.postgresql.size",
        value: size,
        message: "is not a size whose memory is known; use for example db-s-2vcpu-4gb",
      },
    ];
  }
  // Five for a migration, a dump and a person at the same time, on the direct port.
  const most = limit - 5;
  if (poolSize <= most) return [];
  return [
    {
      path: "database.postgresql.poolSize",
      value: poolSize,
      message: `must be at most ${most}: ${size} allows ${limit} connections, and 5 are kept for migrations, dumps and people; lower it or take a larger size`,
    },
  ];
}

/** The smallest plans have no standby (DigitalOcean, facts section 6). */
export function assertStandbyPossible({ database }: Pick<Settings, "database">): Problem[] {
  const instances = [
    ["database.postgresql", database.postgresql],
    ["database.valkey.queue", database.valkey.queue],
    ["database.valkey.cache", database.valkey.cache],
  ] as const;
  return instances
    .filter(([, { size, nodes }]) => nodes > 1 && size.endsWith("-1gb"))
    .map(([path, { size, nodes }]) => ({
      path: `${path}.nodes`,
      value: nodes,
      message: `must be 1, because ${size} cannot have a standby; take db-s-1vcpu-2gb or larger`,
    }));
}

export const databaseRules = [rule(["database"], assertPoolFitsDatabase), rule(["database"], assertStandbyPossible)];
