// What the chosen database plans can carry: both sides of each rule, and the shapes of the settings themselves.
import { describe, expect, it } from "vitest";
import { databaseSizes, nodeCounts, sizesWithNodes } from "../../components/database/catalogue.ts";
import {
  parameterInputs,
  postgresqlIgnored,
  postgresqlInputs,
  trustedSources,
} from "../../components/database/inputs.ts";
import { sizeWithConnections } from "../../components/database/plans.ts";
import { Secret } from "../../src/secret.ts";
import { parseSettings } from "../../src/settings.ts";
import { credentials, fixedStack } from "../stacks.ts";

const secret = (value: string) => new Secret(value);

/** Production settings with other databases, and secrets of the log sink. */
const parsed = (database: unknown, logSink: Record<string, Secret> = {}) =>
  parseSettings({ ...fixedStack(), database, secrets: { ...credentials, database: { logSink } } });

const refusal = (database: unknown, logSink?: Record<string, Secret>): string => {
  try {
    parsed(database, logSink);
  } catch (error) {
    return String(error);
  }
  return "";
};

describe("sizes", () => {
  it("are known with the nodes that each may have", () => {
    expect(databaseSizes("postgresql")).toHaveLength(33);
    expect(databaseSizes("valkey")).toHaveLength(13);
    expect(databaseSizes("opensearch")).toHaveLength(8);
    expect(nodeCounts("postgresql", "db-s-1vcpu-1gb")).toEqual([1]);
    expect(nodeCounts("opensearch", "db-s-2vcpu-4gb")).toEqual([1, 3]);
    expect(sizesWithNodes("postgresql", 4)).toEqual([]);
  });

  it.each([
    [
      "postgresql: { size: db-s-3vcpu-6gb }",
      { postgresql: { size: "db-s-3vcpu-6gb" } },
      "postgresql.size",
      "db-s-4vcpu-8gb",
    ],
    [
      "a PostgreSQL size for Valkey",
      { valkey: { queue: { size: "gd-2vcpu-8gb" } } },
      "valkey.queue.size",
      "m-2vcpu-16gb",
    ],
    ["a small size for OpenSearch", { opensearch: { size: "db-s-1vcpu-1gb" } }, "opensearch.size", "db-s-1vcpu-2gb"],
    ["a replica", { postgresql: { replica: { size: "db-s-9vcpu-8gb" } } }, "postgresql.replica.size", "db-s-4vcpu-8gb"],
  ])("are refused where the platform has none such, with those that it has: %s", (_, database, path, known) => {
    expect(refusal(database)).toContain(`mastodon:database.${path}`);
    expect(refusal(database)).toMatch(new RegExp(`is no size of \\w+; allowed: .*${known}`));
  });

  it.each([
    [
      { postgresql: { size: "db-s-1vcpu-1gb", nodes: 2 } },
      "postgresql.nodes: 2 must be 1 with db-s-1vcpu-1gb; for 2 nodes take",
    ],
    [{ valkey: { queue: { size: "db-s-1vcpu-1gb", nodes: 2 } } }, "valkey.queue.nodes: 2 must be 1"],
    [
      { opensearch: { nodes: 3 } },
      "opensearch.nodes: 3 must be 1 with db-s-1vcpu-2gb; for 3 nodes take for example db-s-2vcpu-4gb",
    ],
    [{ opensearch: { nodes: 2 } }, "must be 1, 3, 6, 9 or 15"],
  ])("may have only so many nodes: %j", (database, message) => expect(refusal(database)).toContain(message));

  it("allow standbys where they can", () => {
    expect(refusal({ valkey: { queue: { size: "db-s-1vcpu-2gb", nodes: 3 } } })).toBe("");
    expect(refusal({ opensearch: { size: "db-s-2vcpu-4gb", nodes: 3 } })).toBe("");
  });

  it("with enough connections are looked for in the same line first", () => {
    expect(sizeWithConnections(98, "db-s-2vcpu-4gb")).toBe("db-s-4vcpu-8gb");
    expect(sizeWithConnections(198, "gd-2vcpu-8gb")).toBe("gd-4vcpu-16gb");
    expect(sizeWithConnections(500, "db-s-4vcpu-8gb")).toBe("gd-8vcpu-32gb");
    expect(sizeWithConnections(998, "db-s-4vcpu-8gb")).toBeUndefined();
  });

  it("of a switched-off cache do not matter", () => {
    expect(refusal({ valkey: { cache: { enabled: false, size: "db-s-1vcpu-1gb", nodes: 2 } } })).toBe("");
    expect(refusal({ valkey: { cache: { size: "db-s-1vcpu-1gb", nodes: 2 } } })).toContain("cache.nodes");
  });
});

describe("the disk", () => {
  it("comes with the size, and may be larger, never smaller", () => {
    expect(refusal({ postgresql: { storageGib: 112 } })).toContain(
      "must be at least 113, which comes with db-s-4vcpu-8gb",
    );
    expect(refusal({ postgresql: { storageGib: 113 } })).toBe("");
    expect(refusal({ postgresql: { size: "gd-4vcpu-16gb", storageGib: 10 } })).toBe("");
  });

  it.each([
    [{ thresholdPercent: 14 }, "thresholdPercent"],
    [{ thresholdPercent: 96 }, "thresholdPercent"],
    [{ incrementGib: 9 }, "incrementGib"],
    [{ incrementGib: 501 }, "incrementGib"],
  ])("grows by itself only within the platform's ranges: %j", (storageAutoscale, path) => {
    expect(refusal({ postgresql: { storageAutoscale } })).toContain(`storageAutoscale.${path}`);
  });

  it("grows by itself unless that is switched off, and then nobody tells it its old size", () => {
    const place = { prefix: "social", region: "tor1", vpcId: "vpc-1" };
    const { postgresql } = parsed({ postgresql: { storageGib: 200 } }).database;
    expect(postgresqlInputs(place, postgresql)).toMatchObject({
      storageSizeMib: "204800",
      storageAutoscale: { enabled: true, thresholdPercent: 80, incrementGib: 20 },
    });
    expect(postgresqlIgnored(postgresql)).toEqual([]);
    expect(postgresqlIgnored(postgresql, 102_400)).toEqual([]);
    expect(postgresqlIgnored(postgresql, 204_800)).toEqual(["storageSizeMib"]);
    expect(postgresqlIgnored(postgresql, 409_600)).toEqual(["storageSizeMib"]);
    const fixed = parsed({ postgresql: { storageAutoscale: { enabled: false } } }).database.postgresql;
    expect(postgresqlInputs(place, fixed)).toMatchObject({ storageAutoscale: { enabled: false } });
    expect(postgresqlInputs(place, fixed).storageSizeMib).toBeUndefined();
    expect(postgresqlIgnored(fixed)).toEqual([]);
  });
});

describe("a replica", () => {
  it("has at least the memory of the primary", () => {
    const wrong = refusal({ postgresql: { replica: { size: "db-s-2vcpu-4gb" } } });
    expect(wrong).toContain("must have at least the memory of the primary, which is db-s-4vcpu-8gb");
    expect(refusal({ postgresql: { replica: {} } })).toBe("");
    expect(refusal({ postgresql: { replica: { size: "gd-2vcpu-8gb" } } })).toBe("");
  });
});

describe("parameters", () => {
  it("reach the platform in milliseconds, without the statement time-out that it does not take", () => {
    const { postgresql } = parsed({ postgresql: { parameters: { idleInTransactionSeconds: 30 } } }).database;
    expect(parameterInputs("db-1", postgresql)).toEqual({
      clusterId: "db-1",
      idleInTransactionSessionTimeout: 30_000,
      logMinDurationStatement: 2000,
      logAutovacuumMinDuration: 60_000,
    });
  });
});

describe("who may connect", () => {
  it("is the cluster, and droplets with a trusted tag, each once", () => {
    const rules = trustedSources({ kubernetesId: "k8s-1", trustedTags: ["queue", "dump", "queue"] });
    expect(rules).toEqual([
      { type: "k8s", value: "k8s-1" },
      { type: "tag", value: "dump" },
      { type: "tag", value: "queue" },
    ]);
    expect(refusal({ trustedTags: ["no blanks"] })).toContain("must be a DigitalOcean tag");
  });
});

describe("the log sink", () => {
  const syslog = { postgresql: { logSink: { kind: "rsyslog", server: "logs.social.example" } } };
  const search = { postgresql: { logSink: { kind: "opensearch", server: "logs.social.example" } } };
  it("is off, or of one of two kinds", () => {
    expect(parsed({}).database.postgresql.logSink).toBeUndefined();
    expect(parsed(syslog).database.postgresql.logSink).toMatchObject({ port: 6514, tls: true, format: "rfc5424" });
    expect(parsed(search).database.postgresql.logSink).toMatchObject({ port: 443, keepDays: 14 });
    expect(refusal({ postgresql: { logSink: { kind: "datadog" } } })).toContain("needs a kind: rsyslog, or opensearch");
  });

  it("takes only secrets that its kind uses, and both halves of a login", () => {
    expect(refusal(search, { user: secret("u"), password: secret("p"), caCertificate: secret("c") })).toBe("");
    expect(refusal(syslog, { clientCertificate: secret("c"), clientKey: secret("k") })).toBe("");
    expect(refusal(search, { user: secret("u") })).toContain(
      "secrets.database.logSink.password: is missing, but user is given",
    );
    expect(refusal(syslog, { user: secret("u"), password: secret("p") })).toContain("kind opensearch only");
    expect(refusal({}, { clientKey: secret("k"), clientCertificate: secret("c") })).toContain(
      "logSink is not set; remove it",
    );
  });

  it("shows a client certificate over TLS only", () => {
    const open = { postgresql: { logSink: { ...syslog.postgresql.logSink, tls: false } } };
    expect(refusal(open)).toBe("");
    const wrong = refusal(open, { clientCertificate: secret("c"), clientKey: secret("k") });
    expect(wrong).toContain("must be true to show a client certificate");
  });
});
