// What watches the server and its mail, as the program registers it: all of it, some of it, and what the operator reads about it.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/secret.ts";
import { credentials, projectRoot, stackFile, withSecrets } from "../stacks.ts";
import { recordProgram, type Recorded, type Recording } from "../../src/dump/record.ts";

const emails = ["alerts@shop.example", "second@shop.example"];

/** The shop, which has workers in a second account, with every optional part. */
const everything = {
  ...stackFile("shop"),
  kubernetes: { ha: false, pools: { web: { size: "s-4vcpu-8gb", min: 2, max: 5 } } },
  // With search, other queues' jobs are for the cluster, which reaches it.
  workers: { "queue-1": { account: "queues", size: "c-2", queues: ["push"], threads: 15 } },
  database: {
    postgresql: { size: "db-s-4vcpu-8gb", replica: {} },
    valkey: { queue: { size: "db-s-1vcpu-1gb", nodes: 1 } },
    opensearch: {},
  },
  mail: { accountSuppression: true, eventEmails: ["postmaster@shop.example"] },
  monitoring: { emails, slack: { ops: { channel: "#ops" } }, regions: ["us_east", "eu_west", "se_asia"] },
  secrets: {
    ...credentials,
    monitoring: {
      slack: { ops: new Secret("https://hooks.slack.example/services/T/B/x") },
      heartbeats: { watchdog: new Secret("https://ping.example/uuid") },
    },
  },
};

const off = { cpu: false, memory: false, disk: false };
const nothing = {
  ...withSecrets(stackFile("prod")),
  mail: { eventEmails: [] },
  monitoring: {
    emails: ["alerts@social.example"],
    latencyMillis: false,
    alarms: {
      nodes: off,
      workers: off,
      loadBalancer: { connections: false, tls: false, cpu: false },
      postgresql: { ...off, loadPerCpu: false },
      valkey: { queue: { memory: false, cpu: false }, cache: { memory: false, cpu: false } },
    },
  },
};

const ofType = ({ registrations }: Pick<Recording, "registrations">, className: string): readonly Recorded[] =>
  registrations.filter(({ type }) => type.endsWith(`:${className}`));

const inputsOf = (recording: Recording, name: string): Recorded["inputs"] => {
  const found = recording.registrations.find((one) => one.name === name && one.custom);
  if (found === undefined) throw new Error(`nothing is registered as ${name}`);
  return found.inputs;
};

let full: Recording;
let empty: Recording;

beforeAll(async () => {
  full = await recordProgram(everything, "full");
  empty = await recordProgram(nothing, "empty");
});

describe("alarms at DigitalOcean", () => {
  const notified = { emails, slacks: [{ channel: "#ops", url: "[secret]" }] };

  it("reach all addresses and channels, and keep the webhook secret", () => {
    const alerts = ofType(full, "MonitorAlert");
    const uptime = ofType(full, "UptimeAlert");
    expect(alerts.length).toBeGreaterThan(15);
    expect(uptime).toHaveLength(20);
    for (const { name, inputs } of alerts) expect(inputs["alerts"], name).toEqual(notified);
    for (const { name, inputs } of uptime) expect(inputs["notifications"], name).toEqual([notified]);
  });

  it("name no channel where there is none", () => {
    expect(inputsOf(empty, "monitoring-web-down")["notifications"]).toEqual([{ emails: ["alerts@social.example"] }]);
  });

  it("cover nodes by their cluster's tag and the load balancer by its id", () => {
    expect(inputsOf(full, "alarms-nodes-cpu")).toMatchObject({
      tags: ["k8s:kubernetes-cluster-id"],
      compare: "GreaterThan",
      value: 90,
      window: "30m",
    });
    const { entities } = inputsOf(full, "alarms-load-balancer-connections");
    expect(entities).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  it("cover each database by its id, and the load by the CPUs of its size", () => {
    const databases = ofType(full, "MonitorAlert").filter(({ inputs }) => String(inputs["type"]).includes("dbaas"));
    const watched = new Set(databases.map(({ name }) => name.replace(/^alarms-(.*)-\w+$/, "$1")));
    expect([...watched].toSorted()).toEqual([
      "opensearch",
      "postgresql",
      "postgresql-replica",
      "valkey-cache",
      "valkey-queue",
    ]);
    expect(new Set(databases.map(({ inputs }) => JSON.stringify(inputs["entities"])))).toHaveLength(5);
    expect(inputsOf(full, "alarms-postgresql-load")["value"]).toBe(4);
  });

  it("watch workers in their own account", () => {
    const workers = ofType(full, "MonitorAlert").filter(({ name }) =>
      name.startsWith("alarms-workers-queues-workers-"),
    );
    expect(workers.map(({ provider }) => provider)).toEqual(Array(3).fill("digitalocean-queues"));
    for (const { inputs } of workers) expect(inputs["tags"]).toEqual(["shop-worker"]);
  });

  it("are not there where every threshold is turned off", () => {
    expect(ofType(empty, "MonitorAlert")).toEqual([]);
    expect(ofType(empty, "UptimeAlert").filter(({ inputs }) => inputs["type"] === "latency")).toEqual([]);
  });

  it("run from the chosen regions", () => {
    expect(inputsOf(full, "monitoring-web")["regions"]).toEqual(["us_east", "eu_west", "se_asia"]);
    expect(inputsOf(empty, "monitoring-web")["regions"]).toEqual(["us_east", "us_west"]);
  });
});

const kinds = (recording: Recording) =>
  recording.registrations.filter(({ custom, name }) => custom && name.startsWith("watchdog-")).map(({ name }) => name);

describe("the watchdog", () => {
  it("is there only where its heartbeat has an address", () => {
    expect(kinds(empty)).toEqual([]);
    expect(kinds(full).toSorted()).toEqual([
      "watchdog-account",
      "watchdog-address",
      "watchdog-job",
      "watchdog-watchdog-policy",
      "watchdog-watchdog-to-streaming-policy",
      "watchdog-watchdog-to-web-policy",
    ]);
  });

  it("keeps the address in a Secret", () => {
    expect(inputsOf(full, "watchdog-address")["stringData"]).toBe("[secret]");
  });
});

const subscribers = (recording: Recording, topic: string) =>
  ofType(recording, "TopicSubscription")
    .filter(({ name }) => name.startsWith(`mail-events-${topic}-`))
    .map(({ inputs }) => inputs["endpoint"]);

describe("mail", () => {
  it("tells its operators of alarms, and those who asked of each bounce and complaint", () => {
    expect(subscribers(full, "alarms")).toEqual(emails);
    expect(subscribers(full, "bounces")).toEqual(["postmaster@shop.example"]);
    expect(subscribers(full, "complaints")).toEqual(["postmaster@shop.example"]);
    expect(subscribers(empty, "alarms")).toEqual(["alerts@social.example"]);
    expect(subscribers(empty, "bounces")).toEqual([]);
  });

  it("publishes bounces and complaints, each to a topic that only SES may write to for this account", () => {
    for (const [topic, event] of [
      ["bounces", "BOUNCE"],
      ["complaints", "COMPLAINT"],
    ] as const) {
      expect(inputsOf(full, `mail-events-${topic}-destination`)).toMatchObject({
        configurationSetName: "shop",
        eventDestination: { enabled: true, matchingEventTypes: [event] },
      });
      const policy = JSON.parse(String(inputsOf(full, `mail-events-${topic}-policy`)["policy"]));
      expect(policy.Statement[0]).toMatchObject({
        Principal: { Service: "ses.amazonaws.com" },
        Action: "sns:Publish",
        Resource: expect.stringMatching(new RegExp(`:shop-mail-${topic}$`)),
        Condition: { StringEquals: { "AWS:SourceAccount": expect.stringMatching(/^\d{12}$/) } },
      });
    }
  });

  it("rings on the account's rates, which Amazon judges, and says when they are well again", () => {
    const { dimensions, alarmActions, okActions, threshold } = inputsOf(full, "mail-events-bounce-rate");
    expect([dimensions, threshold]).toEqual([undefined, 0.04]);
    expect(alarmActions).toEqual([expect.stringMatching(/:shop-mail-alarms$/)]);
    expect(okActions).toEqual(alarmActions);
  });

  it("drops mail to those who bounced, for others of the account only when told so", () => {
    const reasons = { suppressedReasons: ["BOUNCE", "COMPLAINT"] };
    expect(inputsOf(empty, "mail-configuration")).toMatchObject({
      suppressionOptions: reasons,
      deliveryOptions: { tlsPolicy: "REQUIRE" },
    });
    expect(ofType(empty, "AccountSuppressionAttributes")).toEqual([]);
    expect(inputsOf(full, "mail-account-suppression")).toEqual(reasons);
  });

  it("lets its login send as the server's domain only", () => {
    const policy = JSON.parse(String(inputsOf(full, "mail-policy")["policy"]));
    expect(policy.Statement).toHaveLength(1);
    expect(policy.Statement[0]).toMatchObject({
      Action: "ses:SendRawEmail",
      Condition: { StringLike: { "ses:FromAddress": "*@shop.example" } },
    });
  });
});

/** Without the prefix, as the page names them. */
const alarmNames = () =>
  full.registrations.flatMap(({ type, inputs }) => {
    if (/:(UptimeAlert|MetricAlarm)$/.test(type)) return [String(inputs["name"]).replace(/^shop-/, "")];
    if (!type.endsWith(":MonitorAlert")) return [];
    return [/^shop-([\w-]+): /.exec(String(inputs["description"]))?.[1] ?? "without a name"];
  });

describe("docs/alarms.md", () => {
  const text = readFileSync(resolve(projectRoot, "docs/alarms.md"), "utf8");
  const explained = [...text.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name ?? "");

  it("says of every alarm what it means and what to do", () => {
    expect(alarmNames().filter((name) => !explained.includes(name))).toEqual([]);
  });

  it("explains nothing that never rings, and nothing twice", () => {
    const jobs = ["watchdog"];
    expect(explained.filter((name) => ![...alarmNames(), ...jobs].includes(name))).toEqual([]);
    expect(new Set(explained).size).toBe(explained.length);
  });
});
