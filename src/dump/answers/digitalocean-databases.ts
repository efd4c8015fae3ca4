// What DigitalOcean would answer for managed databases.
import { type AnswerOf, certificatePem, secretText, textOf, uuid } from "./values.ts";

const postgresqlPort = 25060;
/** Of connection pools, and of Valkey (facts/digitalocean.md section 6). */
const otherPort = 25061;

const host = (name: string) => `${name}-do-user-1234567-0.k.db.ondigitalocean.com`;

/** How an engine is reached and what its first user is called. */
function access(engine: string) {
  if (engine === "pg") return { scheme: "postgresql", port: postgresqlPort, user: "doadmin", database: "defaultdb" };
  if (engine === "opensearch") return { scheme: "https", port: postgresqlPort, user: "doadmin", database: "" };
  return { scheme: "rediss", port: otherPort, user: "default", database: "" };
}

function addresses(name: string, engine: string, secret: string) {
  const { scheme, port, user, database } = access(engine);
  const uri = (where: string) => `${scheme}://${user}:${secret}@${where}:${port}${database && `/${database}`}`;
  const [open, closed] = [host(name), `private-${host(name)}`];
  return {
    host: open,
    privateHost: closed,
    port,
    user,
    database,
    password: secret,
    uri: uri(open),
    privateUri: uri(closed),
  };
}

const cluster: AnswerOf = ({ name, engine }, logicalName) => {
  const id = uuid(logicalName);
  const at = addresses(textOf(name), textOf(engine), secretText(engine === "pg" ? "admin" : "valkey"));
  const dashboard = {
    uiHost: at.host,
    uiPort: 443,
    uiUser: at.user,
    uiPassword: at.password,
    uiDatabase: "",
    uiUri: at.uri,
  };
  return {
    id,
    outputs: {
      ...at,
      clusterUrn: `do:dbaas:${id}`,
      ...(engine === "opensearch" && dashboard),
      metricsEndpoints: [`https://${at.host}:9273/metrics`],
    },
  };
};

const replica: AnswerOf = ({ name }, logicalName) => ({
  id: `${uuid(`${logicalName} cluster`)}/replicas/${textOf(name)}`,
  outputs: { ...addresses(textOf(name), "pg", secretText("replica")), uuid: uuid(logicalName) },
});

const pool: AnswerOf = ({ clusterId, name, user }) => {
  const at = addresses("pool", "pg", secretText("pool"));
  return {
    id: `${textOf(clusterId)}/${textOf(name)}`,
    outputs: { ...at, port: otherPort, database: undefined, user: textOf(user, "doadmin") },
  };
};

const user: AnswerOf = ({ clusterId, name }) => ({
  id: `${textOf(clusterId)}/user/${textOf(name)}`,
  outputs: { password: secretText("user"), role: "normal" },
});

const settingsOf =
  (kind: string): AnswerOf =>
  ({ clusterId }) => ({ id: `${textOf(clusterId)}/${kind}` });

const logsink: AnswerOf = ({ clusterId }, name) => ({
  id: `${textOf(clusterId)},${uuid(name)}`,
  outputs: { logsinkId: uuid(name) },
});

/** By class name. */
export const databaseAnswers: Readonly<Record<string, AnswerOf>> = {
  DatabaseCluster: cluster,
  DatabaseConnectionPool: pool,
  DatabaseDb: ({ clusterId, name }) => ({ id: `${textOf(clusterId)}/database/${textOf(name)}` }),
  DatabaseFirewall: ({ clusterId }) => ({ id: `${textOf(clusterId)}-20260101000000000000000001` }),
  DatabaseLogsinkOpensearch: logsink,
  DatabaseLogsinkRsyslog: logsink,
  DatabaseOpensearchConfig: settingsOf("opensearch_config"),
  DatabasePostgresqlConfig: settingsOf("postgresql_config"),
  DatabaseReplica: replica,
  DatabaseUser: user,
  DatabaseValkeyConfig: settingsOf("valkey_config"),
};

/** The invoke that reads a database cluster's certificate authority. */
export const databaseCa = { certificate: certificatePem };
