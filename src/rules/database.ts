// What the chosen database plans can carry: sizes and regions that exist, standbys, disks.
import {
  databaseRegions,
  databaseSizes,
  memoryGib,
  nodeCounts,
  sizesWithNodes,
  type Engine,
} from "../../components/database/catalogue.ts";
import { includedStorageGib } from "../../components/database/plans.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** One managed database of the settings. */
interface Instance {
  readonly path: string;
  readonly engine: Engine;
  readonly size: string;
  readonly nodes: number;
}

type DatabasePart = Pick<Settings, "database">;

function instancesOf({ database }: DatabasePart): Instance[] {
  const { postgresql, valkey, opensearch } = database;
  const path = "database.postgresql";
  return [
    { path, engine: "postgresql", size: postgresql.size, nodes: postgresql.nodes },
    ...(postgresql.replica?.size === undefined
      ? []
      : [{ path: `${path}.replica`, engine: "postgresql" as const, size: postgresql.replica.size, nodes: 1 }]),
    { path: "database.valkey.queue", engine: "valkey", ...valkey.queue },
    ...(valkey.cache.enabled ? [{ path: "database.valkey.cache", engine: "valkey" as const, ...valkey.cache }] : []),
    ...(opensearch ? [{ path: "database.opensearch", engine: "opensearch" as const, ...opensearch }] : []),
  ];
}

/** An unknown size has no known memory, and without it neither connections nor prices can be reckoned. */
export function assertDatabaseSizesKnown(settings: DatabasePart): Problem[] {
  return instancesOf(settings)
    .filter(({ engine, size }) => !databaseSizes(engine).includes(size))
    .map(({ path, engine, size }) => ({
      path: `${path}.size`,
      value: size,
      message: `is no size of ${engine}; allowed: ${databaseSizes(engine).join(", ")}`,
    }));
}

/** The smallest plans have no standby. */
export function assertStandbyPossible(settings: DatabasePart): Problem[] {
  return instancesOf(settings)
    .filter(
      ({ engine, size, nodes }) => databaseSizes(engine).includes(size) && !nodeCounts(engine, size).includes(nodes),
    )
    .map(({ path, engine, size, nodes }) => ({
      path: `${path}.nodes`,
      value: nodes,
      message: `must be ${nodeCounts(engine, size).join(" or ")} with ${size}; ${nodes} nodes need ${sizesWithNodes(engine, nodes)[0] ?? "another number"} or another of: ${sizesWithNodes(engine, nodes).slice(1).join(", ")}`,
    }));
}

export function assertDatabasesInRegion(settings: Pick<Settings, "database" | "network">): Problem[] {
  const { region } = settings.network;
  const missing = [...new Set(instancesOf(settings).map(({ engine }) => engine))].filter(
    (engine) => !databaseRegions(engine).includes(region),
  );
  return missing.map((engine) => ({
    path: "network.region",
    value: region,
    message: `has no managed ${engine}; allowed: ${databaseRegions(engine).join(", ")}`,
  }));
}

/** Each size comes with a disk; the platform refuses a smaller one. */
export function assertStorageNotBelowPlan({ database }: DatabasePart): Problem[] {
  const { size, storageGib } = database.postgresql;
  const included = includedStorageGib(size);
  if (storageGib === undefined || included === undefined || storageGib >= included) return [];
  return [
    {
      path: "database.postgresql.storageGib",
      value: storageGib,
      message: `must be at least ${included}, which comes with ${size}; leave it out to take that`,
    },
  ];
}

/** A replica holds and replays everything that the primary does, and the platform refuses a smaller one. */
export function assertReplicaNotSmaller({ database }: DatabasePart): Problem[] {
  const { size, replica } = database.postgresql;
  const [own, primary] = [memoryGib(replica?.size ?? size), memoryGib(size)];
  if (own === undefined || primary === undefined || own >= primary) return [];
  return [
    {
      path: "database.postgresql.replica.size",
      value: replica?.size,
      message: `must have at least the memory of the primary, which is ${size}; leave it out to take the same`,
    },
  ];
}

export const databaseRules = [
  rule(["database"], assertDatabaseSizesKnown),
  rule(["database"], assertStandbyPossible),
  rule(["database", "network"], assertDatabasesInRegion),
  rule(["database"], assertStorageNotBelowPlan),
  rule(["database"], assertReplicaNotSmaller),
];
