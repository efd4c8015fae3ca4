import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  loadBalancerAlarms,
  machineAlarms,
  postgresqlAlarms,
  opensearchAlarms,
  valkeyAlarms,
} from "../../components/monitoring/alarms.ts";
import { uptimeChecks } from "../../components/monitoring/checks.ts";
import { alertsPerCheck, metrics } from "../../components/monitoring/limits.ts";
import { monitoringSettingsSchema } from "../../components/monitoring/settings.ts";
import { watchdogCommand, watchdogPolicies, watchdogSpec } from "../../components/monitoring/watchdog-pod.ts";
import { Secret } from "../../src/secret.ts";
import { parseSettings } from "../../src/settings.ts";
import { credentials, stackFile } from "../stacks.ts";

const emails = ["alerts@social.example"];
const defaults = monitoringSettingsSchema.parse({ emails });
const hosts = { web: "w.example", streaming: "s.example", media: "m.example", assets: "a.example", docs: "d.example" };

/** The production settings with these alarms, read as an operator's. */
const parse = (monitoring: Record<string, unknown>, secrets: Record<string, unknown> = {}) =>
  parseSettings({
    ...stackFile("prod"),
    monitoring: { emails, ...monitoring },
    secrets: { ...credentials, monitoring: secrets },
  }).monitoring;

const typesWith = (latencyMillis: number | false) =>
  uptimeChecks(hosts, { ...defaults, latencyMillis }, "u")[0]?.alerts.map(({ type }) => type);

describe("checks from outside", () => {
  const checks = uptimeChecks(hosts, defaults, "uptime.txt");

  it("look at every public service", () => {
    expect(checks.map(({ target }) => target)).toEqual([
      "https://w.example/health",
      "https://s.example/api/v1/streaming/health",
      "https://m.example/uptime.txt",
      "https://a.example/uptime.txt",
      "https://d.example/uptime.txt",
    ]);
  });

  it("keep within the alerts that DigitalOcean allows for one check", () => {
    for (const { key, alerts } of checks) {
      expect(alerts.length, key).toBeLessThanOrEqual(alertsPerCheck);
      expect(new Set(alerts.map((alert) => alert.key)).size).toBe(alerts.length);
    }
  });

  it("tell at once of an outage, and only after a while of a lost route", () => {
    expect(checks[0]?.alerts).toContainEqual({ key: "down", type: "down_global", period: "2m" });
    expect(checks[0]?.alerts).toContainEqual({ key: "unreachable", type: "down", period: "10m" });
  });

  it("tell of slow answers unless that is turned off", () => {
    expect(typesWith(700)).toContain("latency");
    expect(typesWith(false)).not.toContain("latency");
    expect(checks[0]?.alerts.at(-1)).toMatchObject({ threshold: 2000, comparison: "greater_than" });
  });
});

describe("alarms on machines and databases", () => {
  it("ring for each metric, with the threshold of the settings", () => {
    expect(machineAlarms({ cpu: 91, memory: 92, disk: 93 }).map(({ type, value }) => [type, value])).toEqual([
      ["v1/insights/droplet/cpu", 91],
      ["v1/insights/droplet/memory_utilization_percent", 92],
      ["v1/insights/droplet/disk_utilization_percent", 93],
    ]);
  });

  it("are left out where the setting is false", () => {
    expect(machineAlarms({ cpu: false, memory: false, disk: false })).toEqual([]);
    expect(loadBalancerAlarms({ connections: 80, tls: false, cpu: false }).map(({ key }) => key)).toEqual([
      "connections",
    ]);
    expect(valkeyAlarms({ memory: false, cpu: 80 }).map(({ key }) => key)).toEqual(["cpu"]);
    expect(opensearchAlarms({ cpu: false, memory: false, disk: 75 }).map(({ key }) => key)).toEqual(["disk"]);
    const none = { cpu: false, memory: false, disk: false, loadPerCpu: false } as const;
    expect(postgresqlAlarms(none, "db-s-2vcpu-4gb")).toEqual([]);
  });

  it.each([
    ["db-s-2vcpu-4gb", 2],
    ["gd-16vcpu-64gb", 16],
  ])("measure the load of %s by its %i CPUs", (size, cpus) => {
    const load = (loadPerCpu: number) =>
      postgresqlAlarms({ ...defaults.alarms.postgresql, loadPerCpu }, size).find(({ key }) => key === "load");
    expect(load(1)).toMatchObject({ type: metrics.database.load, value: cpus });
    expect(load(3)?.value).toBe(3 * cpus);
  });

  it("leave the load out where the size tells no CPUs", () => {
    const keys = postgresqlAlarms(defaults.alarms.postgresql, "db-large").map(({ key }) => key);
    expect(keys).toEqual(["cpu", "memory", "disk"]);
  });
});

describe("the settings of alarms", () => {
  it.each([
    [
      "alarms.nodes.cpu",
      { alarms: { nodes: { cpu: 0 } } },
      "0 must be a percentage from 1 to 100, or false for no alarm",
    ],
    ["latencyMillis", { latencyMillis: 10 }, "10 must be milliseconds from 50 to 60000, or false for no alarm"],
    ["regions", { regions: ["us_east"] }, "must name at least two regions"],
    ["regions", { regions: ["us_east", "us_east"] }, "must name each region once"],
    ["regions.1", { regions: ["us_east", "mars"] }, "take one of: us_east, us_west, eu_west, se_asia"],
    ["emails", { emails: ["a@b.example", "A@b.example"] }, "must name each address once"],
    ["emails", { emails: [] }, "or nobody hears of an outage"],
    ["slack.ops.channel", { slack: { ops: { channel: "two words" } } }, "must be a channel, for example #operators"],
  ])("refuse a wrong %s", (path, monitoring, message) => {
    expect(() => parse(monitoring)).toThrow(`mastodon:monitoring.${path}: `);
    expect(() => parse(monitoring)).toThrow(message);
  });
});

const withToken = () => parse({ slack: { ops: { channel: "#ops" } } }, { slack: { ops: new Secret("xoxb-token") } });

describe("a Slack channel", () => {
  const webhook = new Secret("https://hooks.slack.example/services/T/B/x");
  const slack = { ops: { channel: "#ops" } };

  it("has its webhook among the secrets", () => {
    expect(parse({ slack }, { slack: { ops: webhook } }).slack).toEqual(slack);
  });

  it("is refused without a webhook", () => {
    expect(() => parse({ slack })).toThrow(
      "mastodon:monitoring.slack.ops: has no webhook; run: pulumi config set --secret --path mastodon:secrets.monitoring.slack.ops",
    );
  });

  it("must be there for each webhook", () => {
    expect(() => parse({}, { slack: { ops: webhook } })).toThrow(
      "mastodon:secrets.monitoring.slack.ops: belongs to no channel",
    );
  });

  it("is never given an address that is none, nor is that shown", () => {
    expect(withToken).toThrow("mastodon:secrets.monitoring.slack.ops: is not an address that begins with https://");
    expect(withToken).not.toThrow("xoxb-token");
  });
});

const heartbeats = (job: string, address: string) => () => parse({}, { heartbeats: { [job]: new Secret(address) } });

describe("heartbeats", () => {
  it("are for jobs that report", () => {
    expect(heartbeats("watchdog", "https://ping.example/1")).not.toThrow();
    expect(heartbeats("backup-of-mars", "https://ping.example/1")).toThrow(
      "mastodon:secrets.monitoring.heartbeats.backup-of-mars: is not a setting; allowed here: alerts, watchdog",
    );
  });

  it("go to an address that is encrypted on the way", () => {
    expect(heartbeats("watchdog", "http://ping.example/1")).toThrow("is not an address that begins with https://");
  });
});

const [webHealth, streamingHealth, heartbeat] = [
  "http://web:3000/health",
  "http://streaming:4000/api/v1/streaming/health",
  "https://ping.example/uuid with spaces; and more",
] as const;

const spec = watchdogSpec({ image: "nginx:1", minutes: 5, placement: { nodeSelector: {}, tolerations: [] } });

/** Runs the container's own command with a curl that notes what it is asked, and fails as the real one on the broken address. */
function runScript(broken: string) {
  const folder = mkdtempSync(join(tmpdir(), "watchdog-"));
  try {
    const notes = join(folder, "asked");
    const curl = `#!/bin/sh\nfor last; do :; done\necho "$last" >> "${notes}"\n[ "$last" != "$BROKEN" ] || exit 22\n`;
    writeFileSync(join(folder, "curl"), curl, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env["PATH"]}`, HEARTBEAT_URL: heartbeat, BROKEN: broken };
    const [shell = "", ...rest] = watchdogCommand;
    const { status } = spawnSync(shell, rest, { env });
    return { status, asked: readFileSync(notes, "utf8").trimEnd().split("\n") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the watchdog", () => {
  it("asks web and streaming, and then reports", () => {
    expect(runScript("nothing")).toEqual({ status: 0, asked: [webHealth, streamingHealth, heartbeat] });
  });

  it.each([
    [webHealth, [webHealth]],
    [streamingHealth, [webHealth, streamingHealth]],
    [heartbeat, [webHealth, streamingHealth, heartbeat]],
  ])("fails and reports nothing when %s does not answer", (broken, asked) => {
    expect(runScript(broken)).toEqual({ status: 22, asked });
  });

  it("never runs twice at a time", () => {
    expect(spec).toMatchObject({ schedule: "*/5 * * * *", concurrencyPolicy: "Forbid" });
  });

  it("has no token and writes nothing", () => {
    expect(spec.jobTemplate).toMatchObject({
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
              },
            ],
          },
        },
      },
    });
  });

  it("reaches the two services, names and the internet's 443, and is reached by nobody", () => {
    const policies = watchdogPolicies();
    expect(Object.keys(policies)).toEqual(["watchdog", "watchdog-to-web", "watchdog-to-streaming"]);
    expect(policies["watchdog"]).toMatchObject({ policyTypes: ["Ingress", "Egress"], ingress: [] });
    const ports = JSON.stringify(policies["watchdog"]?.egress).match(/"port":\d+/g);
    expect(ports).toEqual([53, 53, 3000, 4000, 443].map((port) => `"port":${port}`));
  });
});
