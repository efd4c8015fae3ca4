// Database engines: versions, ports, and the outputs that say how to connect.
import { storeMark } from "../../stores/marks.ts";
import { CloudError, type Context, type Properties, type StoredObject } from "../contract.ts";
import { text } from "../shared/values.ts";

/** What differs from engine to engine. */
export interface Engine {
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

/** PgBouncer listens beside the server. */
export const poolPort = 25_061;
/** The engine of a name, or an error with the known ones. */
export function engineOf(name: string): Engine {
  const engine = engines[name];
  if (engine) return engine;
  throw new CloudError("unprocessable_entity", `${name} must be one of ${Object.keys(engines).join(", ")}`, "engine");
}

/** How to connect. */
export interface Access {
  readonly host: string;
  readonly privateHost: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** The connection as one text, over one of the two hosts. */
export function uriOf(engine: Engine, { port, user, password, database }: Access, host: string): string {
  const query =
    engine.scheme === "postgresql" ? "?sslmode=require" : engine.scheme === "mysql" ? "?ssl-mode=REQUIRED" : "";
  const path = database === "" ? "" : `/${database}`;
  return `${engine.scheme}://${user}:${password}@${host}:${port}${path}${query}`;
}

/** The outputs that say how to connect. */
export function connection(engine: Engine, access: Access): Properties {
  return {
    ...access,
    uri: uriOf(engine, access, access.host),
    privateUri: uriOf(engine, access, access.privateHost),
  };
}

/** The public and the private host of a server: names as the cloud gives them, or the address of the real one behind it. */
export function hostsOf(ctx: Context, name: string, previous?: StoredObject): Pick<Access, "host" | "privateHost"> {
  const known = previous && text(previous.object, storeMark) !== undefined ? text(previous.object, "host") : undefined;
  if (known !== undefined) return { host: known, privateHost: known };
  const host = `${name}-do-user-${Number.parseInt(ctx.owner.slice(0, 6), 16)}-0.k.db.ondigitalocean.com`;
  return { host, privateHost: `private-${host}` };
}
