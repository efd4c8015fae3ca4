// Parameters of managed databases in the servers' own words.
import type { ValkeyParameters } from "../../stores/valkey/configuration.ts";
import type { Properties } from "../contract.ts";
import { number, text } from "../shared/values.ts";

/** What no server of the local cloud has, or what is the platform's own business. */
const notServerParameters = new Set([
  "clusterId",
  "backupHour",
  "backupMinute",
  "sharedBuffersPercentage",
  "pgPartmanBgwInterval",
  "pgPartmanBgwRole",
  "pgStatStatementsTrack",
  "pgbouncers",
  "timescaledbs",
]);

/** Units of the platform's API where the server would take a bare number for something else. */
const units: Readonly<Partial<Record<string, string>>> = {
  workMem: "MB",
  maxStackDepth: "B",
  bgwriterFlushAfter: "kB",
};

/** `idleInTransactionSessionTimeout: 60000` → `idle_in_transaction_session_timeout` = `60000`. */
export function postgresqlParameters(state: Properties): ReadonlyMap<string, string> {
  const given = Object.entries(state).filter(([name]) => !notServerParameters.has(name) && !name.startsWith("__"));
  return new Map(
    given.flatMap(([name, value]) => {
      const parameter = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      if (typeof value === "boolean") return [[parameter, value ? "on" : "off"]];
      if (typeof value === "number") return [[parameter, `${value}${units[name] ?? ""}`]];
      // The platform's log_line_prefix comes in quotes.
      return typeof value === "string" ? [[parameter, value.replaceAll(/^'|'$/g, "")]] : [];
    }),
  );
}

/** `allkeys_lru`, as a cluster spells it, and `allkeys-lru`, as its parameters do, are the same. */
export function evictionPolicyOf(policy: string | undefined): Partial<ValkeyParameters> {
  return policy === undefined ? {} : { evictionPolicy: policy.replaceAll("_", "-") };
}

/** Those parameters of a Valkey that are given. */
export function valkeyParameters(state: Properties): Partial<ValkeyParameters> {
  const [persistence, timeout, databases, events] = [
    text(state, "persistence"),
    number(state, "timeout"),
    number(state, "numberOfDatabases"),
    text(state, "notifyKeyspaceEvents"),
  ];
  return {
    ...evictionPolicyOf(text(state, "valkeyMaxmemoryPolicy")),
    ...(persistence === "off" || persistence === "rdb" ? { persistence } : {}),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    ...(databases === undefined ? {} : { databases }),
    ...(events === undefined ? {} : { notifyKeyspaceEvents: events }),
  };
}
