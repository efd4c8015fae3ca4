// Database clusters: what an account allows, and the outputs of a new one.
import { CloudError, type Hooks, type Properties } from "../contract.ts";
import { number, text } from "../shared/values.ts";
import { type Access, connection, type Engine, engineOf, hostOf, uriOf } from "./database-engines.ts";
import { databaseMemberHooks } from "./database-members.ts";
import { objectsOf, requireBelow, requireFree, requireVpcOfRegion } from "./guards.ts";
import { requireRegion } from "./places.ts";
import { databasePassword } from "./secrets.ts";
import { databaseMemoryGib, databaseStorageMib } from "./sizes.ts";

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
  const memory = databaseMemoryGib(text(inputs, "size") ?? "");
  if (memory === undefined)
    throw new CloudError(
      "unprocessable_entity",
      `${text(inputs, "size")} is no database size; one is db-s-2vcpu-4gb`,
      "size",
    );
  const nodes = number(inputs, "nodeCount") ?? 1;
  // The smallest plan of PostgreSQL and Valkey has no standby.
  const most = memory <= 1 ? 1 : engine.mostNodes;
  if (nodes > most)
    throw new CloudError(
      "unprocessable_entity",
      `${nodes} nodes: ${name} of size ${text(inputs, "size")} may have ${most}`,
      "nodeCount",
    );
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
  validate(ctx, inputs, previous) {
    requireRegion("a database cluster", text(inputs, "region"));
    requireClusterPlan(inputs);
    requireEngineOptions(inputs);
    requireFree(ctx, "DatabaseCluster", "name", inputs, previous);
    requireVpcOfRegion(ctx, inputs, "privateNetworkUuid");
    if (!previous) requireBelow(mostClusters, objectsOf(ctx, "DatabaseCluster").length, "database clusters");
  },
  outputs(ctx, id, inputs, previous): Properties {
    const engine = engineOf(text(inputs, "engine") ?? "");
    const host = hostOf(ctx, text(inputs, "name") ?? "");
    const access: Access = {
      host,
      privateHost: `private-${host}`,
      port: engine.port,
      user: engine.user,
      password: text(previous?.object ?? {}, "password") ?? databasePassword(),
      database: engine.database,
    };
    const storage =
      text(inputs, "storageSizeMib") ?? String(databaseStorageMib(databaseMemoryGib(text(inputs, "size") ?? "") ?? 1));
    const grown =
      previous?.object["size"] === inputs["size"]
        ? (text(previous?.object ?? {}, "storageSizeMib") ?? storage)
        : storage;
    return {
      ...connection(engine, access),
      clusterUrn: `do:dbaas:${id}`,
      metricsEndpoints: [`https://${host}:9273/metrics`],
      storageSizeMib: text(inputs, "storageSizeMib") ?? grown,
      ...(inputs["engine"] === "opensearch" && consoleAccess(engine, access)),
    };
  },
  removed(ctx, { id }) {
    // The cloud takes everything in the cluster with it.
    for (const name of ["DatabaseDb", "DatabaseUser", "DatabaseConnectionPool", "DatabaseFirewall", "DatabaseReplica"])
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
