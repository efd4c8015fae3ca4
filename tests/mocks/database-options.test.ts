// Every optional part of the databases, switched on and off: what is registered, and who hears of it.
import { describe, expect, it } from "vitest";
import { recordProgram, type Recorded } from "../../src/dump/record.ts";
import { isRecord } from "../../src/plain.ts";
import { Secret } from "../../src/secret.ts";
import { credentials, fixedStack, withSecrets } from "../stacks.ts";

const prod = fixedStack();

const everything = {
  postgresql: {
    replica: { size: "gd-2vcpu-8gb" },
    logSink: { kind: "opensearch", server: "logs.social.example", port: 9200 },
    storageGib: 200,
  },
  opensearch: { size: "db-s-2vcpu-4gb", nodes: 3 },
  trustedTags: ["queue-worker"],
};

const off = await recordProgram(withSecrets(prod));
const on = await recordProgram({
  ...prod,
  database: everything,
  secrets: {
    ...credentials,
    database: { logSink: { user: new Secret("log"), password: new Secret("p@ss"), caCertificate: new Secret("PEM") } },
  },
});
const least = await recordProgram(
  withSecrets({
    ...prod,
    database: {
      valkey: { cache: { enabled: false } },
      postgresql: { storageAutoscale: { enabled: false }, logSink: { kind: "rsyslog", server: "192.0.2.7" } },
    },
  }),
);

type Recording = typeof off;

const ofType = ({ registrations }: Recording, className: string): Recorded[] =>
  registrations.filter(({ type }) => type.endsWith(`:${className}`));

const named = ({ registrations }: Recording, name: string): Recorded | undefined =>
  registrations.find((one) => one.name === name);

const environment = (recording: Recording, process: string): Record<string, unknown> => {
  const data = named(recording, `mastodon-configuration-${process}-environment`)?.inputs["data"];
  if (!isRecord(data)) throw new Error(`${process} has an environment`);
  return data;
};

describe("by default", () => {
  it("there is no replica, no search and no log sink", () => {
    for (const type of ["DatabaseReplica", "DatabaseLogsinkRsyslog", "DatabaseLogsinkOpensearch"])
      expect(ofType(off, type)).toEqual([]);
    expect(ofType(off, "DatabaseCluster").map(({ inputs }) => inputs["engine"])).toEqual(["pg", "valkey", "valkey"]);
    expect(off.outputs["database"]).not.toHaveProperty("replica");
    expect(off.outputs["search"]).toBeUndefined();
  });

  it("each kind of process has its own pool and is told its name", () => {
    const pools = ofType(off, "DatabaseConnectionPool");
    expect(pools.map(({ inputs }) => inputs["name"])).toEqual([
      "mastodon-sidekiq",
      "mastodon-streaming",
      "mastodon-web",
    ]);
    expect(pools.every(({ options }) => options.deleteBeforeReplace)).toBe(true);
    for (const process of ["web", "sidekiq", "streaming"])
      expect(environment(off, process)["DB_NAME"]).toBe(`mastodon-${process}`);
    expect(environment(off, "jobs")["DB_NAME"]).toBe("mastodon");
  });

  it("every database admits the cluster and nobody else", () => {
    const clusters = ofType(off, "DatabaseCluster");
    const rules = ofType(off, "DatabaseFirewall").map(({ inputs }) => inputs["rules"]);
    expect(rules).toHaveLength(clusters.length);
    for (const rule of rules) expect(rule).toEqual([{ type: "k8s", value: "kubernetes-cluster-id" }]);
  });

  it("jobs and feeds survive a restart of Valkey, and the cache need not", () => {
    const configs = ofType(off, "DatabaseValkeyConfig").map(({ name, inputs }) => [name, inputs["persistence"]]);
    expect(configs).toEqual([
      ["valkey-cache-parameters", "off"],
      ["valkey-queue-parameters", "rdb"],
    ]);
    for (const { inputs } of ofType(off, "DatabaseValkeyConfig"))
      expect(inputs).not.toHaveProperty("valkeyMaxmemoryPolicy");
  });

  it("the outputs name pools, not secrets", () => {
    expect(off.outputs["database"]).toMatchObject({
      pools: {
        web: { name: "mastodon-web", size: 45, mode: "transaction" },
        sidekiq: { name: "mastodon-sidekiq", size: 125 },
        streaming: { name: "mastodon-streaming", size: 15 },
      },
    });
    expect(off.outputs["plans"]).toMatchObject({ connections: { limit: 197, used: 195 } });
    expect(off.secretOutputs).toEqual(["kubeconfig"]);
  });
});

describe("a replica", () => {
  it("stands in the same region and network, with rules of its own under its uuid", () => {
    const [replica] = ofType(on, "DatabaseReplica");
    expect(replica?.inputs).toMatchObject({
      region: "tor1",
      privateNetworkUuid: "network-vpc-id",
      size: "gd-2vcpu-8gb",
    });
    const rules = named(on, "postgresql-replica-firewall");
    expect(rules?.inputs["clusterId"]).not.toBe("postgresql-cluster-id");
    expect(rules?.options.retainOnDelete).toBe(true);
  });

  it("is read by web and Sidekiq, and opened to them", () => {
    for (const process of ["web", "sidekiq"])
      expect(environment(on, process)).toMatchObject({ REPLICA_DB_NAME: "mastodon", REPLICA_DB_TASKS: "false" });
    for (const process of ["jobs", "streaming"])
      expect(Object.keys(environment(on, process)).join()).not.toContain("REPLICA");
    expect(on.outputs["database"]).toHaveProperty("replica.port");
  });
});

describe("full-text search", () => {
  it("is one more protected cluster, in the project and watched like the others", () => {
    const search = named(on, "opensearch-cluster");
    expect(search?.inputs).toMatchObject({
      engine: "opensearch",
      version: "2",
      nodeCount: 3,
      name: "social-opensearch",
    });
    expect(search?.protect).toBe(true);
    const inProject = (recording: Recording) =>
      String(named(recording, "project-project")?.inputs["resources"]).match(/do:dbaas/g)?.length;
    expect(inProject(on)).toBe(4);
    expect(inProject(off)).toBe(3);
    expect(on.outputs["search"]).toMatchObject({ user: "doadmin" });
  });

  it("is given to Rails with copies as its nodes allow, and its password in a Secret", () => {
    for (const process of ["web", "sidekiq", "jobs"])
      expect(environment(on, process)).toMatchObject({ ES_ENABLED: "true", ES_PRESET: "small_cluster" });
    expect(environment(on, "streaming")).not.toHaveProperty("ES_ENABLED");
    expect(environment(on, "web")).not.toHaveProperty("ES_PASS");
    const secret = named(on, "mastodon-configuration-web-environment-secret");
    expect(JSON.stringify(secret?.inputs)).toContain("[secret]");
  });
});

describe("a log sink", () => {
  it("of kind opensearch gets the login in a secret address", () => {
    const [sink] = ofType(on, "DatabaseLogsinkOpensearch");
    expect(sink?.inputs).toMatchObject({ endpoint: "[secret]", caCert: "[secret]", indexDaysMax: 14 });
    expect(sink?.options.additionalSecretOutputs).toContain("endpoint");
    expect(ofType(on, "DatabaseLogsinkRsyslog")).toEqual([]);
  });

  it("of kind rsyslog needs no login", () => {
    const [sink] = ofType(least, "DatabaseLogsinkRsyslog");
    expect(sink?.inputs).toMatchObject({ server: "192.0.2.7", port: 6514, tls: true, format: "rfc5424" });
    expect(sink?.inputs).not.toHaveProperty("clientKey");
  });
});

it("trusted tags open every database, the replica too", () => {
  const firewalls = ofType(on, "DatabaseFirewall");
  expect(firewalls).toHaveLength(5);
  for (const { inputs } of firewalls) expect(inputs["rules"]).toContainEqual({ type: "tag", value: "queue-worker" });
});

it("a new database is told the size of its disk, and one that grows by itself never its old one", () => {
  expect(named(on, "postgresql-cluster")?.inputs).toMatchObject({ storageSizeMib: "204800" });
  expect(named(on, "postgresql-cluster")?.options.ignoreChanges ?? []).toEqual([]);
  expect(named(least, "postgresql-cluster")?.inputs["storageAutoscale"]).toEqual({ enabled: false });
  expect(named(least, "postgresql-cluster")?.options.ignoreChanges ?? []).toEqual([]);
});

it("a cache instance can be left out, and nothing speaks of it then", () => {
  expect(ofType(least, "DatabaseCluster")).toHaveLength(2);
  expect(least.outputs["valkey"]).not.toHaveProperty("cache");
});

it("no Deployment reads what is deleted before its successor is made, or it would be deleted with it", () => {
  const deletedFirst = off.requests.filter(({ options }) => options.deleteBeforeReplace).map(({ urn }) => urn);
  expect(deletedFirst.filter((urn) => urn.includes("DatabaseConnectionPool"))).toHaveLength(3);
  const deployments = off.requests.filter(({ type }) => type === "kubernetes:apps/v1:Deployment");
  expect(deployments.length).toBeGreaterThan(6);
  for (const { name, propertyDependencies } of deployments) {
    const read = Object.values(propertyDependencies ?? {}).flat();
    expect(
      read.filter((urn) => deletedFirst.includes(urn)),
      name,
    ).toEqual([]);
  }
  const read = deployments.flatMap(({ propertyDependencies }) => propertyDependencies?.["spec"] ?? []);
  expect(read.some((urn) => urn.includes("DatabaseCluster"))).toBe(true);
});

const waitsFor = (name: string): unknown =>
  off.requests.find((request) => request.name === name)?.options.dependsOn?.map((urn) => urn.split("::").at(-1));

it("pools come one after the other, and the way in is opened after them", () => {
  expect(waitsFor("postgresql-pool-sidekiq")).toEqual(["postgresql-pool-web"]);
  expect(waitsFor("postgresql-pool-streaming")).toEqual(["postgresql-pool-sidekiq"]);
  expect(waitsFor("postgresql-firewall")).toContain("postgresql-pool-streaming");
});
