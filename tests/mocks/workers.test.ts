// Queue workers as the program registers them: two accounts apart, a way in for each worker, and the secrets kept secret.
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { rangesOverlap } from "../../components/network/ranges.ts";
import { recordProgram, type Recorded, type Recording } from "../../src/dump/record.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { stackFile, withSecrets } from "../stacks.ts";

const workers = {
  "queue-1": { account: "queues", size: "c-2", queues: ["default", "push"], threads: 10 },
  "queue-2": { size: "c-2", queues: ["push"], threads: 5, generation: 2, image: "ubuntu-24-04-x64" },
  home: { where: "external", queues: ["pull", "mailers"], threads: 5, connections: 3 },
  burst: { where: "external", queues: ["push"], threads: 5, until: "2999-12-31" },
};

const one = { where: "external", queues: ["push"], threads: 1 };

const shop = (changes: RawSettings = { workers }): Promise<Recording> =>
  recordProgram({ ...withSecrets(stackFile("shop")), ...changes }, "shop");

const typeOf = ({ type }: Recorded): string => type.split(":").at(-1) ?? "";
const bundles = z.record(z.string(), z.object({ bundle: z.string() }));

let recording: Recording;
let found: readonly Recorded[];
const named = (name: string): Recorded | undefined => found.find((one) => one.name === name);

beforeAll(async () => {
  recording = await shop();
  found = recording.registrations.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
});

const ofWorkers = ({ name }: Recorded) => /^(alarms-)?workers-/.test(name);

const kinds = (account: string) =>
  found
    .filter(({ name, type }) => type.startsWith("digitalocean:") && name.includes(`workers-${account}-`))
    .map(typeOf);

const ephemeral = (name: string) => named(name)?.inputs["ephemeral"];

const textOf = (worker: string) => bundles.parse(recording.outputs["workers"])[worker]?.bundle ?? "";

const environment = (worker: string) => (/^LOCAL_DOMAIN=|^DB_/m.test(textOf(worker)) ? textOf(worker).split("\n") : []);

describe("two accounts", () => {
  it("have nothing of the one with the other's provider", () => {
    const digitalocean = found.filter(({ type }) => type.startsWith("digitalocean:"));
    const providers = new Set(digitalocean.map(({ provider }) => provider));
    expect([...providers]).toEqual(expect.arrayContaining(["digitalocean-main", "digitalocean-queues"]));
    for (const one of digitalocean.filter(ofWorkers))
      expect(one.provider, one.name).toBe(
        one.name.includes("workers-queues") ? "digitalocean-queues" : "digitalocean-main",
      );
    for (const one of digitalocean.filter((other) => !ofWorkers(other)))
      expect(one.provider, one.name).not.toBe("digitalocean-queues");
  });

  it("hold the same kinds of things for workers, each its own", () => {
    expect(kinds("queues").toSorted()).toEqual(kinds("main").toSorted());
    expect([...new Set(kinds("queues"))].toSorted()).toEqual(["Droplet", "Firewall", "MonitorAlert", "Tag"]);
  });
});

describe("a droplet", () => {
  it("is in no network of the server's, and admits WireGuard and nothing else", () => {
    const droplets = found.filter((one) => typeOf(one) === "Droplet");
    expect(droplets).toHaveLength(2);
    for (const { inputs } of droplets) expect(inputs).not.toHaveProperty("vpcUuid");
    for (const { inputs } of found.filter((one) => typeOf(one) === "Firewall"))
      expect(inputs["inboundRules"]).toEqual([
        { protocol: "udp", portRange: "41641", sourceAddresses: ["0.0.0.0/0", "::/0"] },
      ]);
  });

  it("reaches the internet and no private address, since the platform puts it into a network that may be the server's", () => {
    const rule = z.object({ destinationAddresses: z.array(z.string()) });
    const rules = found
      .filter((one) => typeOf(one) === "Firewall")
      .flatMap(({ inputs }) => z.array(rule).parse(inputs["outboundRules"]));
    expect(rules).toHaveLength(6);
    for (const { destinationAddresses: open } of rules) {
      const isOpen = (address: string) => open.some((range) => !range.includes(":") && rangesOverlap(range, address));
      for (const closed of ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "10.116.0.2/32"])
        expect(isOpen(closed), closed).toBe(false);
      for (const reached of ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.64.0.1", "172.15.255.255", "172.32.0.0"])
        expect(isOpen(`${reached}/32`), reached).toBe(true);
      for (const reached of ["67.207.67.2", "169.254.169.254", "192.167.255.255", "192.169.0.0", "223.255.255.255"])
        expect(isOpen(`${reached}/32`), reached).toBe(true);
      expect(open).toContain("::/0");
    }
  });

  it("is not made anew by another key, and is by another generation", () => {
    expect(named("workers-queues-queue-1-droplet")?.options["ignoreChanges"]).toEqual(["userData", "image"]);
    expect(named("workers-main-queue-2_2-droplet")).toBeDefined();
    expect(named("workers-main-queue-2-droplet")).toBeUndefined();
    expect(named("workers-main-queue-2_2-droplet")?.inputs).toMatchObject({
      name: "shop-queue-2-g2",
      image: "ubuntu-24-04-x64",
    });
  });
});

describe("a worker, wherever it is,", () => {
  it.each(Object.keys(workers))("%s has a user, a pool, a Spaces key and a tag of its own", (worker) => {
    expect(named(`worker-access-${worker}-user`)?.inputs).toMatchObject({ name: `worker-${worker}` });
    expect(named(`worker-access-${worker}-pool`)?.inputs).toMatchObject({
      user: `worker-${worker}`,
      dbName: "mastodon",
      mode: "transaction",
    });
    expect(named(`worker-access-${worker}-key`)?.inputs).toEqual({
      name: `shop-worker-${worker}`,
      grants: [{ bucket: "shop-example-media", permission: "readwrite" }],
    });
    const keys = found.filter((one) => typeOf(one) === "TailnetKey" && String(one.inputs["tags"]).includes(worker));
    expect(keys.map(({ inputs }) => inputs)).toMatchObject([
      { tags: [`tag:worker-${worker}`], reusable: false, preauthorized: true, expiry: 3600 },
    ]);
    expect(JSON.stringify(named("tailnet-acl")?.inputs)).toContain(`tag:worker-${worker}`);
  });

  it("has as many connections as its threads need, or as given", () => {
    expect(named("worker-access-queue-1-pool")?.inputs["size"]).toBe(10);
    expect(named("worker-access-home-pool")?.inputs["size"]).toBe(3);
  });

  it("leaves the tailnet by itself unless it is a host that stays", () => {
    expect(ephemeral("workers-queues-queue-1-key")).toBe(true);
    expect(ephemeral("external-workers-burst-key")).toBe(true);
    expect(ephemeral("external-workers-home-key")).toBe(false);
  });

  it("is let into the tables by one job, after the migrations", () => {
    const job = found.find(({ name }) => name === "worker-grants-job");
    for (const worker of Object.keys(workers))
      expect(JSON.stringify(job?.inputs)).toContain(`GRANT mastodon_workers TO \\\\\\"worker-${worker}`);
  });
});

describe("what joins a worker", () => {
  it("is secret, and registered nowhere", () => {
    expect(recording.secretOutputs).toContain("workers");
    for (const one of recording.registrations)
      expect(JSON.stringify(one.inputs), one.name).not.toContain("END-OF-FILE");
  });

  it("has the worker's own logins, and the gateway's ports under the databases' names", () => {
    const lines = environment("home");
    expect(lines).toContain("DB_USER=worker-home");
    expect(lines).toContain("DB_PORT=6432");
    expect(lines).toContain("DB_SSLMODE=verify-full");
    expect(lines.find((line) => line.startsWith("REDIS_URL="))).toMatch(/^REDIS_URL=rediss:\/\/.*:6379/);
    expect(lines).toContain("PREPARED_STATEMENTS=false");
    expect(lines).not.toContain(environment("queue-1").find((line) => line.startsWith("DB_USER=")));
  });

  it("shows what Sidekiq does at the port that the tailnet's policy opens, where metrics are on", async () => {
    expect(textOf("home")).toContain("METRICS_PORT=''\n");
    expect(textOf("home")).not.toContain("EXPORTER");
    const on = await recordProgram({ ...withSecrets(stackFile("prod")), workers: { home: one } });
    const text = bundles.parse(on.outputs["workers"])["home"]?.bundle ?? "";
    expect(text).toContain("\nMASTODON_PROMETHEUS_EXPORTER_LOCAL=true\n");
    expect(text).toContain("\nMASTODON_PROMETHEUS_EXPORTER_PORT=9394\n");
    expect(text).toContain("METRICS_PORT='9394'\n");
    expect(JSON.stringify(on.registrations.find(({ name }) => name === "tailnet-acl")?.inputs)).toContain("tcp:9394");
  });

  it("has the login for mail only where mail is sent", () => {
    expect(textOf("home")).toContain("\nSMTP_PASSWORD=");
    expect(textOf("queue-1")).not.toContain("\nSMTP_PASSWORD=");
  });

  it("has a key to the tailnet only for a host of somebody's own: a droplet has used its up", () => {
    expect(textOf("home")).toContain('"$folder/tailnet-key" <<');
    expect(textOf("queue-1")).not.toContain('"$folder/tailnet-key" <<');
  });
});

describe("a stack without workers", () => {
  it("has no job, no output and nothing in other accounts", async () => {
    const { registrations, outputs } = await shop({ workers: {} });
    expect(
      registrations.filter(({ name }) => /worker/.test(name) && name !== "workers").map(({ name }) => name),
    ).toEqual([]);
    expect(outputs).not.toHaveProperty("workers");
  });
});
