// The connection budget: what clients may open, what the pools offer, and what PostgreSQL allows.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { databaseSizes } from "../../components/database/catalogue.ts";
import { connectionLimit } from "../../components/database/plans.ts";
import { poolNames, poolOrder, type PoolName, type PoolSizes } from "../../components/database/pools.ts";
import type { Placement } from "../../components/mastodon/args.ts";
import { sidekiqWorkloads } from "../../components/mastodon/workloads/sidekiq.ts";
import { streamingWorkload } from "../../components/mastodon/workloads/streaming.ts";
import { webWorkload } from "../../components/mastodon/workloads/web.ts";
import { surge, type Workload } from "../../components/mastodon/workloads/workload.ts";
import { connectionBudget, poolSizes, type ConnectionSettings } from "../../src/plans/connections/budget.ts";
import { connectionsOf } from "../../src/plans/connections/consumers.ts";
import { connectionFigures } from "../../src/plans/connections/figures.ts";
import { connectionTable } from "../../src/plans/connections/table.ts";
import { assertConnectionsSuffice } from "../../src/rules/connections.ts";
import { parseSettings } from "../../src/settings.ts";
import { fixedStack, stackFile, type StackName, stackNames, withSecrets } from "../stacks.ts";
import { readPod } from "../support/pod-shape.ts";

const settingsOf = (stack: StackName) => parseSettings(withSecrets(stackFile(stack)));
const prod = parseSettings(withSecrets(fixedStack()));

type Postgresql = ConnectionSettings["database"]["postgresql"];

const withPostgresql = (changes: Partial<Postgresql>, settings: ConnectionSettings = prod): ConnectionSettings => ({
  ...settings,
  database: { ...settings.database, postgresql: { ...settings.database.postgresql, ...changes } },
});

const withWeb = (changes: Partial<ConnectionSettings["mastodon"]["web"]>): ConnectionSettings => ({
  ...prod,
  mastodon: { ...prod.mastodon, web: { ...prod.mastodon.web, ...changes } },
});

/** A worker outside the cluster. */
function workerWith(count: number): ConnectionSettings["workers"][string] {
  const [worker] = Object.values(settingsOf("shop").workers);
  if (worker === undefined) throw new Error("the shop has workers");
  return { ...worker, threads: count };
}

const sumOf = (sizes: PoolSizes): number => sizes.web + sizes.sidekiq + sizes.streaming;

const neededBy = (settings: ConnectionSettings): number[] =>
  connectionBudget(settings).pools.map(({ needed }) => needed);

/** Everything that decides on connections, within what the schemas allow. */
const anySettings: fc.Arbitrary<ConnectionSettings> = fc
  .record({
    size: fc.constantFrom(...databaseSizes("postgresql")),
    clientsPerConnection: fc.constantFrom(1, 1.5, 2, 4),
    pools: fc.record({ web: poolSize(), sidekiq: poolSize(), streaming: poolSize() }),
    replica: fc.boolean(),
    web: fc.record({
      replicas: fc.integer({ min: 2, max: 8 }),
      workers: fc.integer({ min: 1, max: 4 }),
      threads: threads(),
    }),
    streaming: fc.record({ replicas: fc.integer({ min: 2, max: 6 }), connections: threads() }),
    default: fc.record({
      replicas: fc.integer({ min: 1, max: 6 }),
      more: fc.integer({ min: 0, max: 6 }),
      threads: threads(),
    }),
    worker: fc.option(threads()),
  })
  .map((given): ConnectionSettings => {
    const { sidekiq } = prod.mastodon;
    const group = sidekiq.groups["default"];
    if (group === undefined) throw new Error("the defaults have a group default");
    const counts = { replicas: given.default.replicas, maxReplicas: given.default.replicas + given.default.more };
    const groups = { ...sidekiq.groups, default: { ...group, ...counts, threads: given.default.threads } };
    return {
      mastodon: {
        ...prod.mastodon,
        web: { ...prod.mastodon.web, ...given.web },
        streaming: { ...prod.mastodon.streaming, ...given.streaming },
        sidekiq: { ...sidekiq, groups },
      },
      backups: prod.backups,
      dayTwo: prod.dayTwo,
      workers: given.worker === null ? {} : { "queue-1": workerWith(given.worker) },
      database: withPostgresql({
        size: given.size,
        clientsPerConnection: given.clientsPerConnection,
        pools: given.pools,
        replica: given.replica ? {} : undefined,
      }).database,
    };
  });

function threads(): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: 25 });
}

function poolSize(): fc.Arbitrary<number | undefined> {
  return fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined });
}

/** Reads the pods themselves: how many, how many more in a roll, and what each is told to open. */
function recount({ mastodon }: ConnectionSettings): Record<PoolName, number> {
  const placement: Placement = { nodeSelector: {}, tolerations: [] };
  const total = { web: 0, sidekiq: 0, streaming: 0 };
  const add = (pool: PoolName, { strategy, replicas }: Workload, most: number | undefined, each: number) => {
    total[pool] += ((most ?? replicas) + (strategy === surge ? 1 : 0)) * each;
  };
  const { web, streaming, sidekiq } = mastodon;
  add("web", webWorkload(mastodon, placement), web.maxReplicas, web.workers * web.threads + 1);
  add("streaming", streamingWorkload(mastodon, placement), streaming.maxReplicas, streaming.connections);
  for (const workload of sidekiqWorkloads(mastodon, placement)) {
    const { args } = readPod(workload.pod).containers[0];
    const group = sidekiq.groups[workload.name.replace("sidekiq-", "")];
    add("sidekiq", workload, group?.maxReplicas, Number(args[args.indexOf("-c") + 1]));
  }
  return total;
}

describe("the budget", () => {
  it.each(stackNames)("of the stack %s is kept, with no connection shared by more than two", (stack) => {
    const settings = settingsOf(stack);
    expect(settings.database.postgresql.clientsPerConnection).toBeLessThanOrEqual(2);
    expect(assertConnectionsSuffice(settings)).toEqual([]);
  });

  it("counts what the pods themselves are told to open", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const counted = Object.fromEntries(
          connectionBudget(settings).pools.map(({ name, clients }) => [name, clients]),
        );
        expect(counted).toEqual(recount(settings));
      }),
    );
  });

  it("accepts nothing that PostgreSQL, a pool or the replica would refuse", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        if (assertConnectionsSuffice(settings).length > 0) return;
        const { size, clientsPerConnection, replica } = settings.database.postgresql;
        const sizes = poolSizes(settings);
        const clients = recount(settings);
        const limit = connectionLimit(size) ?? 0;
        const outside = Object.values(settings.workers).reduce(
          (sum, { threads: each }) => sum + Math.ceil(each / clientsPerConnection),
          0,
        );
        expect(sizes.web + sizes.sidekiq + sizes.streaming + outside + 10).toBeLessThanOrEqual(limit);
        for (const pool of poolNames) expect(sizes[pool] * clientsPerConnection).toBeGreaterThanOrEqual(clients[pool]);
        if (replica) expect(clients.web + clients.sidekiq).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it("refuses only what is too much: the next size up, or one pod less, is judged by the same sums", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const { used, limit } = connectionBudget(settings);
        const refused = assertConnectionsSuffice(settings).some(({ path }) => path === "database.postgresql.size");
        expect(refused).toBe(used > (limit ?? 0));
      }),
    );
  });

  it("never shrinks when replicas or threads are added", () => {
    fc.assert(
      fc.property(
        anySettings,
        fc.constantFrom("replicas" as const, "workers" as const, "threads" as const),
        (settings, what) => {
          const web = { ...settings.mastodon.web, [what]: settings.mastodon.web[what] + 1 };
          const more = { ...settings, mastodon: { ...settings.mastodon, web } };
          expect(connectionBudget(more).used).toBeGreaterThanOrEqual(connectionBudget(settings).used);
          neededBy(more).forEach((count, index) =>
            expect(count).toBeGreaterThanOrEqual(neededBy(settings)[index] ?? 0),
          );
        },
      ),
    );
  });
});

describe("a pool", () => {
  it("is in steps of five, so that one thread more does not replace it", () => {
    expect(poolSizes(prod)).toEqual({ web: 45, sidekiq: 125, streaming: 15 });
    expect(poolSizes(withWeb({ replicas: 4, threads: 4 })).web).toBe(45);
  });

  it("is as large as was asked for, and refused when its clients need more", () => {
    expect(assertConnectionsSuffice(withPostgresql({ pools: { web: 44 } }))).toEqual([]);
    const [problem] = assertConnectionsSuffice(withPostgresql({ pools: { web: 43 } }));
    expect(problem).toMatchObject({ path: "database.postgresql.pools.web", value: 43 });
    expect(problem?.message).toContain(
      "must be at least 44: its clients may open 44 connections (web (3 + 1) × 11 = 44)",
    );
  });

  it("may serve several clients with a connection when the operator says so", () => {
    const shared = withPostgresql({ clientsPerConnection: 2, pools: { web: 22 } });
    expect(assertConnectionsSuffice(shared)).toEqual([]);
    expect(poolSizes(shared)).toEqual({ web: 22, sidekiq: 65, streaming: 10 });
    expect(assertConnectionsSuffice(withPostgresql({ clientsPerConnection: 2, pools: { web: 21 } }))).toHaveLength(1);
  });
});

describe("too many connections", () => {
  it("are refused with the sums, the size that would do, and what the largest could give up", () => {
    const [problem] = assertConnectionsSuffice(withPostgresql({ size: "db-s-2vcpu-4gb" }));
    expect(problem).toMatchObject({ path: "database.postgresql.size", value: "db-s-2vcpu-4gb" });
    expect(problem?.message).toContain("allows 97 connections, but 195 are needed");
    expect(problem?.message).toContain("pool web 45 + pool sidekiq 125 + pool streaming 15 + 10 for migrations");
    expect(problem?.message).toContain("sidekiq-default (2 + 1) × 15 = 45");
    expect(problem?.message).toContain("sidekiq-scheduler 1 × 5 = 5");
    expect(problem?.message).toContain("Take db-s-4vcpu-8gb (197) or larger");
    expect(problem?.message).toContain("by 98 connections");
  });

  it("are refused one after the last that fits, with a number of threads that fits again", () => {
    expect(assertConnectionsSuffice(withWeb({ workers: 1, threads: 10 }))).toEqual([]);
    const [problem] = assertConnectionsSuffice(withWeb({ workers: 2, threads: 6 }));
    expect(problem?.message).toContain("but 205 are needed");
    const most = Number(/alone: at most (\d+) connections/.exec(problem?.message ?? "")?.[1]);
    expect(assertConnectionsSuffice(withWeb({ workers: 1, threads: most - 1 }))).toEqual([]);
  });

  it("in a pool that is larger than its clients need are taken from there first", () => {
    const [problem] = assertConnectionsSuffice(withPostgresql({ pools: { web: 60 } }));
    expect(problem?.message).toContain("but 210 are needed");
    expect(problem?.message).toContain("lower database.postgresql.pools.web to 44, ");
    const [other] = assertConnectionsSuffice(withPostgresql({ size: "db-s-2vcpu-4gb" }));
    expect(other?.message).not.toContain("database.postgresql.pools");
  });

  it("of pods that an autoscaler may add are counted too", () => {
    expect(assertConnectionsSuffice(withWeb({ maxReplicas: 4 }))[0]?.message).toContain("web (4 + 1) × 11 = 55");
  });

  it("cannot be helped by any size beyond the largest limit", () => {
    const [problem] = assertConnectionsSuffice(withWeb({ replicas: 100, workers: 2, threads: 10 }));
    expect(problem?.message).toContain("No size allows so many");
  });

  it("go to a replica directly, and are counted against its own size", () => {
    expect(assertConnectionsSuffice(withPostgresql({ replica: {} }))).toEqual([]);
    expect(connectionBudget(withPostgresql({ replica: {} })).replica).toEqual({
      size: "db-s-4vcpu-8gb",
      limit: 197,
      used: 44 + 125,
    });
    const [problem] = assertConnectionsSuffice(withPostgresql({ replica: { size: "db-s-2vcpu-4gb" } }));
    expect(problem?.path).toBe("database.postgresql.replica.size");
    expect(problem?.message).toContain("allows 97 connections, but 169 may be opened");
  });

  it("are not reckoned for a size that does not exist, which another rule refuses", () => {
    expect(assertConnectionsSuffice(withPostgresql({ size: "db-large" }))).toEqual([]);
  });
});

describe("the order in which pools change", () => {
  const anySizes = fc.record({
    web: fc.integer({ min: 1, max: 60 }),
    sidekiq: fc.integer({ min: 1, max: 60 }),
    streaming: fc.integer({ min: 1, max: 60 }),
  });

  it("never needs more connections in between than before or after", () => {
    fc.assert(
      fc.property(anySizes, anySizes, (before, after) => {
        let now: PoolSizes = before;
        for (const pool of poolOrder(after, before)) {
          now = { ...now, [pool]: after[pool] };
          expect(sumOf(now)).toBeLessThanOrEqual(Math.max(sumOf(before), sumOf(after)));
        }
        expect(now).toEqual(after);
      }),
    );
  });

  it("begins with web on a new stack, whose pool an earlier version's only pool becomes", () => {
    expect(poolOrder({ web: 45, sidekiq: 5, streaming: 5 }, {})).toEqual(["web", "sidekiq", "streaming"]);
  });
});

describe("the plan", () => {
  it("shows each consumer and ends in the sum", () => {
    const table = connectionTable(prod);
    expect(table).toContain("│ sidekiq-default        │ pool sidekiq   │         2 │         1 │   15 │          45 │");
    expect(table).toContain("185 in pools + 10 direct = 195 of the 197 that db-s-4vcpu-8gb allows.");
    expect(connectionTable(withPostgresql({ replica: {} }))).toContain("Replica: 169 of the 197");
    // oxlint-disable-next-line no-control-regex
    expect(table).not.toMatch(/\u001B/);
  });

  it("gives the same figures as data", () => {
    const plan = connectionFigures(settingsOf("shop"));
    expect(plan).toMatchObject({ size: "db-s-2vcpu-4gb", limit: 97, used: 95 });
    expect(plan.pools).toContainEqual({ name: "sidekiq", clients: 15, size: 15 });
    expect(plan.workers).toEqual({ "queue-1": 15, "queue-2": 15 });
    expect(plan.consumers).toContainEqual(expect.objectContaining({ name: "worker queue-1", connections: 15 }));
    const direct = plan.consumers.filter(({ pool }) => pool === "direct").map(connectionsOf);
    expect(direct.reduce((total, count) => total + count, 0)).toBe(10);
  });
});
