// What the chosen database plans can carry: sizes that exist, standbys, disks, replicas and the log sink.
import {
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
function assertDatabaseSizesKnown(settings: DatabasePart): Problem[] {
  return instancesOf(settings)
    .filter(({ engine, size }) => !databaseSizes(engine).includes(size))
    .map(({ path, engine, size }) => ({
      path: `${path}.size`,
      value: size,
      message: `is no size of ${engine}; allowed: ${databaseSizes(engine).join(", ")}`,
    }));
}

/** The smallest plans have no standby. */
function assertStandbyPossible(settings: DatabasePart): Problem[] {
  return instancesOf(settings)
    .filter(
      ({ engine, size, nodes }) => databaseSizes(engine).includes(size) && !nodeCounts(engine, size).includes(nodes),
    )
    .map(({ path, engine, size, nodes }) => ({
      path: `${path}.nodes`,
      value: nodes,
      message: `must be ${nodeCounts(engine, size).join(" or ")} with ${size}; for ${nodes} nodes take for example ${sizesWithNodes(engine, nodes)[0] ?? "another number"}`,
    }));
}

/** Each size comes with a disk; the platform refuses a smaller one. */
function assertStorageNotBelowPlan({ database }: DatabasePart): Problem[] {
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
function assertReplicaNotSmaller({ database }: DatabasePart): Problem[] {
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

/** A secret that nothing uses, or half a login, is a mistake that the receiver would report as a refusal, if at all. */
function assertLogSinkSecretsFit({ database, secrets }: Pick<Settings, "database" | "secrets">): Problem[] {
  const { logSink } = database.postgresql;
  const given = secrets.database.logSink;
  const path = "secrets.database.logSink";
  const kinds = {
    user: "opensearch",
    password: "opensearch",
    clientCertificate: "rsyslog",
    clientKey: "rsyslog",
  } as const;
  const names = ["user", "password", "clientCertificate", "clientKey"] as const;
  const idle = names
    .filter((name) => given[name] && logSink?.kind !== kinds[name])
    .map((name) => ({
      path: `${path}.${name}`,
      message: `is used by a sink of kind ${kinds[name]} only, and database.postgresql.logSink ${logSink ? `is of kind ${logSink.kind}` : "is not set"}; remove it`,
    }));
  const halves = [
    ["user", "password"],
    ["clientCertificate", "clientKey"],
  ] as const;
  const missing = halves
    .flatMap(([one, other]) => [[one, other] as const, [other, one] as const])
    .filter(([has, lacks]) => given[has] && !given[lacks])
    .map(([has, lacks]) => ({
      path: `${path}.${lacks}`,
      message: `is missing, but ${has} is given; give both or none`,
    }));
  const open = logSink?.kind === "rsyslog" && !logSink.tls && given.clientCertificate;
  const plain = {
    path: "database.postgresql.logSink.tls",
    value: false,
    message: "must be true to show a client certificate",
  };
  return [...idle, ...missing, ...(open ? [plain] : [])];
}

export const databaseRules = [
  rule(["database"], assertDatabaseSizesKnown),
  rule(["database"], assertStandbyPossible),
  rule(["database"], assertStorageNotBelowPlan),
  rule(["database"], assertReplicaNotSmaller),
  rule(["database", "secrets"], assertLogSinkSecretsFit),
];
