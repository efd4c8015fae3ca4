// What lives in a database cluster: databases, users, pools, replicas, firewall, settings, log sinks.
import { randomUUID } from "node:crypto";
import { memoryGib } from "../../../components/database/catalogue.ts";
import { connectionLimit } from "../../../components/database/plans.ts";
import { CloudError, type Context, type Hooks, type Properties, type StoredObject } from "../contract.ts";
import { number, objects, text } from "../shared/values.ts";
import { type Access, connection, engineOf, hostsOf, poolPort } from "./database-engines.ts";
import { realReplica } from "./database-real.ts";
import { realDatabase, realPool, realPostgresqlParameters, realUser } from "./database-real-members.ts";
import { realValkeyParameters } from "./database-servers.ts";
import { objectsOf, requireBelow, requireFree, requireParent } from "./guards.ts";
import { databasePassword } from "./secrets.ts";

/** Pools of a cluster (limits page, November 2025). */
const mostPools = 21;

function clusterOf(ctx: Context, inputs: Properties): StoredObject | undefined {
  return requireParent(ctx, "DatabaseCluster", text(inputs, "clusterId"), "clusterId");
}

/** A read replica is a cluster of its own where rules are concerned, and known there by its `uuid`. */
function serverOf(ctx: Context, inputs: Properties): void {
  const id = text(inputs, "clusterId");
  if (objectsOf(ctx, "DatabaseReplica").some(({ object }) => object["uuid"] === id)) return;
  clusterOf(ctx, inputs);
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
  ...realUser,
  ...memberHooks("DatabaseUser", "user/"),
  outputs: (_ctx, _id, _inputs, previous) => ({
    role: "normal",
    password: text(previous?.object ?? {}, "password") ?? databasePassword(),
  }),
};

/** All pools of a cluster share its connections. */
function requireConnections(ctx: Context, owner: StoredObject, inputs: Properties): void {
  const pools = inCluster(ctx, "DatabaseConnectionPool", owner.id);
  requireBelow(mostPools, pools.length, "connection pools in a cluster");
  const limit = connectionLimit(text(owner.object, "size") ?? "") ?? 22;
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
  ...realPool,
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
  ...realReplica,
  ...memberHooks("DatabaseReplica", "replicas/"),
  validate(ctx, inputs, previous) {
    requireFreeInCluster(ctx, "DatabaseReplica", inputs, previous);
    const primary = text(clusterOf(ctx, inputs)?.object ?? {}, "size") ?? "";
    const size = text(inputs, "size") ?? primary;
    const [own, least] = [memoryGib(size), memoryGib(primary)];
    if (own !== undefined && (least === undefined || own >= least)) return;
    throw new CloudError(
      "unprocessable_entity",
      `${size} must be at least as large as the primary's ${primary}`,
      "size",
    );
  },
  removed(ctx, { object }) {
    for (const one of inCluster(ctx, "DatabaseFirewall", text(object, "uuid"))) ctx.account.remove(one.type, one.id);
  },
  outputs(ctx, _id, inputs, previous): Properties {
    const owner = clusterOf(ctx, inputs);
    const engine = engineOf(text(owner?.object ?? {}, "engine") ?? "pg");
    const password = text(owner?.object ?? {}, "password") ?? "";
    const access = {
      ...hostsOf(ctx, text(inputs, "name") ?? "", previous),
      port: engine.port,
      user: engine.user,
      password,
      database: engine.database,
    };
    return { ...connection(engine, access), uuid: text(previous?.object ?? {}, "uuid") ?? randomUUID() };
  },
};

const firewall: Hooks = {
  validate(ctx, inputs) {
    serverOf(ctx, inputs);
    for (const rule of objects(inputs, "rules"))
      if (rule["type"] === "k8s") requireParent(ctx, "KubernetesCluster", text(rule, "value"), "rules.value");
  },
  id: (ctx, inputs) => `${text(inputs, "clusterId")}-${ctx.account.nextNumber("database-firewall")}`,
  outputs(ctx, id, inputs): Properties {
    // A cluster has one list of rules, and whoever writes last replaces it whole: there is no second firewall to refuse.
    for (const other of inCluster(ctx, "DatabaseFirewall", text(inputs, "clusterId")))
      if (other.id !== id) ctx.account.remove(other.type, other.id);
    return { rules: objects(inputs, "rules").map((rule) => ({ ...rule, uuid: randomUUID(), createdAt: ctx.now() })) };
  },
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
export const databaseMemberHooks: Readonly<Record<string, Hooks>> = {
  DatabaseDb: { ...realDatabase, ...memberHooks("DatabaseDb", "database/") },
  DatabaseUser: user,
  DatabaseConnectionPool: pool,
  DatabaseReplica: replica,
  DatabaseFirewall: firewall,
  DatabasePostgresqlConfig: { ...realPostgresqlParameters, ...config("postgresql") },
  DatabaseValkeyConfig: { ...realValkeyParameters, ...config("valkey") },
  DatabaseOpensearchConfig: config("opensearch"),
  DatabaseLogsinkOpensearch: logsink("DatabaseLogsinkOpensearch"),
  DatabaseLogsinkRsyslog: logsink("DatabaseLogsinkRsyslog"),
};
