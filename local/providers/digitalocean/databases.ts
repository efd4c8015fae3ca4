// Database clusters: what an account allows, and the outputs of a new one.
import { memoryGib, nodeCounts } from "../../../components/database/catalogue.ts";
import { CloudError, type Hooks, type Properties, type StoredObject } from "../contract.ts";
import { number, object, text } from "../shared/values.ts";
import { copyMembers, requireCopyable } from "./database-copy.ts";
import { type Access, connection, type Engine, engineOf, hostsOf, uriOf } from "./database-engines.ts";
import { databaseMemberHooks } from "./database-members.ts";
import { realCluster } from "./database-real.ts";
import { objectsOf, requireBelow, requireFree, requireVpcOfRegion } from "./guards.ts";
import { requireRegion } from "./places.ts";
import { databasePassword } from "./secrets.ts";
import { databaseStorageMib } from "./sizes.ts";

/** Clusters of an account (limits page, November 2025). */
const mostClusters = 10;

const evictionPolicies = [
  "noeviction",
  "allkeys_lru",
  "allkeys_random",
  "volatile_lru",
  "volatile_random",
  "volatile_ttl",
];

function requireClusterPlan(inputs: Properties): void {
  const name = text(inputs, "engine") ?? "";
  const engine = engineOf(name);
  const version = text(inputs, "version");
  if (version === undefined || !engine.versions.includes(version))
    throw new CloudError(
      "unprocessable_entity",
      `${version ?? "none"} must be one of ${engine.versions.join(", ")} for ${name}`,
      "version",
    );
  const size = text(inputs, "size") ?? "";
  const allowed = nodesOf(name, engine, size);
  if (allowed.length === 0)
    throw new CloudError(
      "unprocessable_entity",
      `${size} is no size of a ${name} database; one is db-s-2vcpu-4gb`,
      "size",
    );
  const nodes = number(inputs, "nodeCount") ?? 1;
  if (!allowed.includes(nodes))
    throw new CloudError(
      "unprocessable_entity",
      `${nodes} nodes: ${name} of size ${size} may have ${allowed.join(" or ")}`,
      "nodeCount",
    );
}

/** Sizes and standbys of the engines that the product lists; of the others only the memory in the size's name is looked at. */
function nodesOf(name: string, { mostNodes }: Engine, size: string): readonly number[] {
  if (name === "pg") return nodeCounts("postgresql", size);
  if (name === "valkey" || name === "opensearch") return nodeCounts(name, size);
  if (memoryGib(size) === undefined) return [];
  return Array.from({ length: mostNodes }, (_, index) => index + 1);
}

/** Disks and machines of a database grow and never shrink. */
function refuseShrinking(inputs: Properties, previous: StoredObject | undefined): void {
  if (!previous) return;
  const [oldStorage, storage] = [previous.object, inputs].map((one) =>
    Number(text(one, "storageSizeMib") ?? Number.NaN),
  );
  if (storage !== undefined && oldStorage !== undefined && storage < oldStorage)
    throw new CloudError(
      "unprocessable_entity",
      `${storage} MiB is less than the ${oldStorage} MiB that the disk has; a disk cannot shrink`,
      "storageSizeMib",
    );
  const [oldMemory, memory] = [previous.object, inputs].map((one) => memoryGib(text(one, "size") ?? ""));
  if (memory !== undefined && oldMemory !== undefined && memory < oldMemory)
    throw new CloudError(
      "unprocessable_entity",
      `${text(inputs, "size")} has less memory than ${text(previous.object, "size")}; a database cannot shrink`,
      "size",
    );
}

/** The ranges are those of the API's description (`database_storage_autoscale_params`, Aug 2026). */
function requireAutoscaleRanges(inputs: Properties): void {
  const autoscale = object(inputs, "storageAutoscale");
  for (const [property, least, most] of [
    ["thresholdPercent", 15, 95],
    ["incrementGib", 10, 500],
  ] as const) {
    const value = number(autoscale, property);
    if (value !== undefined && (value < least || value > most))
      throw new CloudError("unprocessable_entity", `${value} must lie between ${least} and ${most}`, property);
  }
}

function requireEngineOptions(inputs: Properties): void {
  const engine = text(inputs, "engine");
  const eviction = text(inputs, "evictionPolicy");
  if (eviction && engine !== "valkey" && engine !== "redis")
    throw new CloudError(
      "unprocessable_entity",
      `belongs to valkey, and the engine is ${engine}; remove it`,
      "evictionPolicy",
    );
  if (eviction && !evictionPolicies.includes(eviction))
    throw new CloudError(
      "unprocessable_entity",
      `${eviction} must be one of ${evictionPolicies.join(", ")}`,
      "evictionPolicy",
    );
  if (text(inputs, "sqlMode") && engine !== "mysql")
    throw new CloudError("unprocessable_entity", `belongs to mysql, and the engine is ${engine}; remove it`, "sqlMode");
}

const cluster: Hooks = {
  ...realCluster,
  validate(ctx, inputs, previous) {
    requireRegion("a database cluster", text(inputs, "region"));
    requireClusterPlan(inputs);
    requireEngineOptions(inputs);
    requireAutoscaleRanges(inputs);
    refuseShrinking(inputs, previous);
    requireFree(ctx, "DatabaseCluster", "name", inputs, previous);
    requireVpcOfRegion(ctx, inputs, "privateNetworkUuid");
    if (previous) return;
    requireBelow(mostClusters, objectsOf(ctx, "DatabaseCluster").length, "database clusters");
    requireCopyable(ctx, inputs);
  },
  outputs(ctx, id, inputs, previous): Properties {
    const engine = engineOf(text(inputs, "engine") ?? "");
    const access: Access = {
      ...hostsOf(ctx, text(inputs, "name") ?? "", previous),
      port: engine.port,
      user: engine.user,
      password: text(previous?.object ?? {}, "password") ?? databasePassword(),
      database: engine.database,
    };
    const storage = text(inputs, "storageSizeMib") ?? String(databaseStorageMib(text(inputs, "size") ?? ""));
    const grown =
      previous?.object["size"] === inputs["size"]
        ? (text(previous?.object ?? {}, "storageSizeMib") ?? storage)
        : storage;
    if (!previous) copyMembers(ctx, id, inputs);
    return {
      ...connection(engine, access),
      clusterUrn: `do:dbaas:${id}`,
      metricsEndpoints: [`https://${access.host}:9273/metrics`],
      storageSizeMib: text(inputs, "storageSizeMib") ?? grown,
      ...(inputs["engine"] === "opensearch" && consoleAccess(engine, access)),
    };
  },
  removed(ctx, { id }) {
    // The cloud takes everything in the cluster with it.
    for (const name of Object.keys(databaseMemberHooks))
      for (const one of objectsOf(ctx, name)) if (one.object["clusterId"] === id) ctx.account.remove(one.type, one.id);
  },
};

/** OpenSearch comes with its dashboards, at the same host. */
function consoleAccess(engine: Engine, access: Access): Properties {
  const ui: Access = { ...access, port: 443 };
  return {
    uiHost: ui.host,
    uiPort: ui.port,
    uiUser: ui.user,
    uiPassword: ui.password,
    uiDatabase: "",
    uiUri: uriOf(engine, ui, ui.host),
  };
}

/** Hooks by class name. */
export const databaseHooks: Readonly<Record<string, Hooks>> = { DatabaseCluster: cluster, ...databaseMemberHooks };
