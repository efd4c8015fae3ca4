// Database clusters and what belongs to them: databases, users, pools, firewalls, replicas, settings.
import { randomUUID } from "node:crypto";
import { CloudError, type Context, type Hooks, type Properties, type StoredObject } from "../contract.ts";
import { number, objects, text } from "../shared/values.ts";
import { objectsOf, requireBelow, requireFree, requireParent } from "./guards.ts";
import { requireRegion } from "./places.ts";
import { databasePassword } from "./secrets.ts";
import { databaseMemoryGib, databaseStorageMib, postgresConnections } from "./sizes.ts";

/** Clusters of an account, and pools of a cluster (limits pages, November 2025). */
const limits = { clusters: 10, pools: 21 };

interface Engine {
  readonly versions: readonly string[];
  readonly scheme: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly mostNodes: number;
}

// Versions as of August 2026; ports by engine, pools have one of their own.
const engines: Readonly<Record<string, Engine>> = {
  pg: {
    versions: ["13", "14", "15", "16", "17", "18"],
    scheme: "postgresql",
    port: 25_060,
    user: "doadmin",
    database: "defaultdb",
    mostNodes: 3,
  },
  mysql: { versions: ["8"], scheme: "mysql", port: 25_060, user: "doadmin", database: "defaultdb", mostNodes: 3 },
  valkey: { versions: ["8"], scheme: "rediss", port: 25_061, user: "default", database: "", mostNodes: 2 },
  opensearch: {
    versions: ["1", "2", "3"],
    scheme: "https",
    port: 25_060,
    user: "doadmin",
    database: "",
    mostNodes: 15,
  },
  mongodb: {
    versions: ["6", "7", "8"],
    scheme: "mongodb+srv",
    port: 27_017,
    user: "doadmin",
    database: "admin",
    mostNodes: 3,
  },
  kafka: { versions: ["3.7", "3.8"], scheme: "https", port: 25_073, user: "doadmin", database: "", mostNodes: 15 },
};

const poolPort = 25_061;
const evictionPolicies = [
  "noeviction",
  "allkeys_lru",
  "allkeys_random",
  "volatile_lru",
  "volatile_random",
  "volatile_ttl",
];

function engineOf(name: string): Engine {
  const engine = engines[name];
  if (engine) return engine;
  throw new CloudError("unprocessable_entity", `${name} must be one of ${Object.keys(engines).join(", ")}`, "engine");
}

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

interface Access {
  readonly host: string;
  readonly privateHost: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

function uriOf(engine: Engine, { port, user, password, database }: Access, host: string): string {
  const query =
    engine.scheme === "postgresql" ? "?sslmode=require" : engine.scheme === "mysql" ? "?ssl-mode=REQUIRED" : "";
  const path = database === "" ? "" : `/${database}`;
  return `${engine.scheme}://${user}:${password}@${host}:${port}${path}${query}`;
}

/** The outputs that say how to connect. */
function connection(engine: Engine, access: Access): Properties {
  return {
    ...access,
    uri: uriOf(engine, access, access.host),
    privateUri: uriOf(engine, access, access.privateHost),
  };
}

function hostOf(ctx: Context, name: string): string {
  return `${name}-do-user-${Number.parseInt(ctx.owner.slice(0, 6), 16)}-0.k.db.ondigitalocean.com`;
}

const cluster: Hooks = {
  validate(ctx, inputs, previous) {
    requireRegion("a database cluster", text(inputs, "region"));
    requireClusterPlan(inputs);
    requireEngineOptions(inputs);
    requireFree(ctx, "DatabaseCluster", "name", inputs, previous);
    const vpc = requireParent(ctx, "Vpc", text(inputs, "privateNetworkUuid"), "privateNetworkUuid");
    if (vpc && vpc.object["region"] !== inputs["region"])
      throw new CloudError(
        "unprocessable_entity",
        `VPC ${text(vpc.object, "name")} is in ${text(vpc.object, "region")}; the cluster must be in the same region`,
        "privateNetworkUuid",
      );
    if (!previous) requireBelow(limits.clusters, objectsOf(ctx, "DatabaseCluster").length, "database clusters");
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

function clusterOf(ctx: Context, inputs: Properties): StoredObject | undefined {
  return requireParent(ctx, "DatabaseCluster", text(inputs, "clusterId"), "clusterId");
}

function inCluster(ctx: Context, className: string, clusterId: string | undefined): StoredObject[] {
  return objectsOf(ctx, className).filter(({ object }) => object["clusterId"] === clusterId);
}

function requireFreeInCluster(ctx: Context, className: string, inputs: Properties, previous?: StoredObject): void {
  clusterOf(ctx, inputs);
  requireFree(ctx, className, "name", inputs, previous, inCluster(ctx, className, text(inputs, "clusterId")));
}

/** Ids of what lives in a cluster are the cluster's id and a name; imports write a comma between them. */
function memberHooks(className: string, infix: string): Pick<Hooks, "validate" | "id" | "importId"> {
  return {
    validate: (ctx, inputs, previous) => requireFreeInCluster(ctx, className, inputs, previous),
    id: (_ctx, inputs) => `${text(inputs, "clusterId")}/${infix}${text(inputs, "name")}`,
    importId: (_ctx, id) => (id.includes(",") ? id.replace(",", `/${infix}`) : id),
  };
}

const user: Hooks = {
  ...memberHooks("DatabaseUser", "user/"),
  outputs: (_ctx, _id, _inputs, previous) => ({
    role: "normal",
    password: text(previous?.object ?? {}, "password") ?? databasePassword(),
  }),
};

/** All pools of a cluster share its connections. */
function requireConnections(ctx: Context, owner: StoredObject, inputs: Properties): void {
  const pools = inCluster(ctx, "DatabaseConnectionPool", owner.id);
  requireBelow(limits.pools, pools.length, "connection pools in a cluster");
  const limit = postgresConnections(databaseMemoryGib(text(owner.object, "size") ?? "") ?? 1);
  const used = pools.reduce((sum, { object }) => sum + (number(object, "size") ?? 0), 0);
  const wanted = number(inputs, "size") ?? 0;
  if (used + wanted <= limit) return;
  throw new CloudError(
    "unprocessable_entity",
    `${wanted} connections and ${used} of the other pools are more than the ${limit} that size ${text(owner.object, "size")} has; make pools smaller or the cluster larger`,
    "size",
  );
}

const pool: Hooks = {
  ...memberHooks("DatabaseConnectionPool", ""),
  validate(ctx, inputs, previous) {
    requireFreeInCluster(ctx, "DatabaseConnectionPool", inputs, previous);
    const owner = clusterOf(ctx, inputs);
    if (!owner) return;
    if (owner.object["engine"] !== "pg")
      throw new CloudError(
        "unprocessable_entity",
        `${owner.id} is a cluster of ${text(owner.object, "engine")}; only PostgreSQL has connection pools`,
        "clusterId",
      );
    requireMember(ctx, owner, "DatabaseDb", text(inputs, "dbName"), "defaultdb", "dbName");
    requireMember(ctx, owner, "DatabaseUser", text(inputs, "user"), "doadmin", "user");
    requireConnections(ctx, owner, inputs);
  },
  outputs(ctx, _id, inputs): Properties {
    const owner = clusterOf(ctx, inputs);
    const engine = engineOf("pg");
    const name = text(inputs, "user");
    const login = inCluster(ctx, "DatabaseUser", owner?.id).find(({ object }) => object["name"] === name);
    const source = login?.object ?? owner?.object ?? {};
    const access: Access = {
      host: text(owner?.object ?? {}, "host") ?? "",
      privateHost: text(owner?.object ?? {}, "privateHost") ?? "",
      port: poolPort,
      user: name ?? engine.user,
      password: text(source, "password") ?? "",
      // PgBouncer knows the pool by its own name.
      database: text(inputs, "name") ?? "",
    };
    const { host, privateHost, port, password, uri, privateUri } = connection(engine, access);
    return {
      host: host ?? "",
      privateHost: privateHost ?? "",
      port: port ?? poolPort,
      password: password ?? "",
      uri: uri ?? "",
      privateUri: privateUri ?? "",
    };
  },
};

function requireMember(
  ctx: Context,
  owner: StoredObject,
  className: string,
  name: string | undefined,
  builtIn: string,
  property: string,
): void {
  if (name === undefined || name === builtIn) return;
  if (inCluster(ctx, className, owner.id).some(({ object }) => object["name"] === name)) return;
  throw new CloudError(
    "not_found",
    `${name} does not exist in cluster ${text(owner.object, "name")}; create it first`,
    property,
  );
}

const replica: Hooks = {
  ...memberHooks("DatabaseReplica", "replicas/"),
  outputs(ctx, _id, inputs, previous): Properties {
    const owner = clusterOf(ctx, inputs);
    const engine = engineOf(text(owner?.object ?? {}, "engine") ?? "pg");
    const host = hostOf(ctx, text(inputs, "name") ?? "");
    const password = text(owner?.object ?? {}, "password") ?? "";
    const access = {
      host,
      privateHost: `private-${host}`,
      port: engine.port,
      user: engine.user,
      password,
      database: engine.database,
    };
    return { ...connection(engine, access), uuid: text(previous?.object ?? {}, "uuid") ?? randomUUID() };
  },
};

const firewall: Hooks = {
  validate(ctx, inputs, previous) {
    clusterOf(ctx, inputs);
    const other = inCluster(ctx, "DatabaseFirewall", text(inputs, "clusterId")).find(({ id }) => id !== previous?.id);
    if (other)
      throw new CloudError(
        "conflict",
        "a cluster has one firewall, and this one's is managed already; put all rules into it",
        "clusterId",
      );
    for (const rule of objects(inputs, "rules"))
      if (rule["type"] === "k8s") requireParent(ctx, "KubernetesCluster", text(rule, "value"), "rules.value");
  },
  id: (ctx, inputs) => `${text(inputs, "clusterId")}-${ctx.account.nextNumber("database-firewall")}`,
  outputs: (ctx, _id, inputs) => ({
    rules: objects(inputs, "rules").map((rule) => ({ ...rule, uuid: randomUUID(), createdAt: ctx.now() })),
  }),
};

const config = (kind: string): Hooks => ({
  validate: (ctx, inputs) => void clusterOf(ctx, inputs),
  id: (_ctx, inputs) => `${text(inputs, "clusterId")}/${kind}-config`,
  importId: (_ctx, id) => (id.includes("/") ? id : `${id}/${kind}-config`),
});

const logsink = (className: string): Hooks => ({
  validate: (ctx, inputs, previous) => requireFreeInCluster(ctx, className, inputs, previous),
  outputs: (_ctx, _id, _inputs, previous) => ({
    logsinkId: text(previous?.object ?? {}, "logsinkId") ?? randomUUID(),
  }),
});

/** Hooks by class name. */
export const databaseHooks: Readonly<Record<string, Hooks>> = {
  DatabaseCluster: cluster,
  DatabaseDb: memberHooks("DatabaseDb", "database/"),
  DatabaseUser: user,
  DatabaseConnectionPool: pool,
  DatabaseReplica: replica,
  DatabaseFirewall: firewall,
  DatabasePostgresqlConfig: config("postgresql"),
  DatabaseValkeyConfig: config("valkey"),
  DatabaseOpensearchConfig: config("opensearch"),
  DatabaseLogsinkOpensearch: logsink("DatabaseLogsinkOpensearch"),
  DatabaseLogsinkRsyslog: logsink("DatabaseLogsinkRsyslog"),
};
