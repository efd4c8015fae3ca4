// Metrics switched on and off: what is registered, what it may do, and what the other pods gain by it.
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { RawSettings } from "../../src/stack-file.ts";
import { Secret } from "../../src/secret.ts";
import { credentials, fixedStack, withSecrets } from "../stacks.ts";
import { recordProgram, type Recorded, type Recording } from "../../src/dump/record.ts";

const webhook = "https://hooks.example/services/secret-webhook";
const heartbeat = "https://heartbeat.example/secret-ping";

/** The production stack with metrics and every way to tell somebody. */
function enabled(): RawSettings {
  const monitoring = { slack: { operators: new Secret(webhook) }, heartbeats: { alerts: new Secret(heartbeat) } };
  const settings = fixedStack();
  return {
    ...settings,
    monitoring: { emails: ["ops@social.example"], slack: { operators: { channel: "#operators" } } },
    metrics: { enabled: true },
    backups: {},
    secrets: { ...credentials, monitoring },
  };
}

let off: Recording;
let on: Recording;

beforeAll(async () => {
  off = await recordProgram({ ...withSecrets(fixedStack()), backups: {} });
  on = await recordProgram(enabled());
});

const configMapSchema = z.object({ data: z.object({ "rules.yml": z.string() }) });
const labelsSchema = z.record(z.string(), z.string()).optional();
const ruleSchema = z.object({ record: z.string().optional(), expr: z.string(), labels: labelsSchema });
const rulesSchema = z.object({ groups: z.array(z.object({ rules: z.array(ruleSchema) })) });

const loadSchema = z.object({ millicores: z.number(), memoryMib: z.number() });
const poolSchema = z.object({
  capacity: z.object({ pools: z.array(z.object({ pool: z.string(), atRest: loadSchema })) }),
});

const webPool = (recording: Recording) => poolSchema.parse(recording.outputs["plans"]).capacity.pools[1];
const isMetrics = ({ parents }: Recorded) => parents.includes("mastodon:metrics:Metrics");
const text = (what: unknown) => JSON.stringify(what);

const one = (type: string, name: string): Recorded => {
  const found = on.registrations.find((made) => made.type.endsWith(`:${type}`) && made.name === name);
  if (!found) throw new Error(`no ${type} ${name}`);
  return found;
};

const named = (recording: Recording, name: string) => {
  const found = recording.registrations.find((made) => made.name === name);
  if (!found) throw new Error(`nothing is called ${name}`);
  return text(found.inputs);
};

describe("switched off", () => {
  it("registers nothing and shows no metrics", () => {
    expect(off.registrations.filter(isMetrics)).toEqual([]);
    expect(off.registrations.filter(({ type }) => type === "mastodon:metrics:Metrics")).toEqual([]);
    expect(text(off.registrations)).not.toMatch(/PROMETHEUS|9394|9113/);
  });
});

describe("switched on", () => {
  it("registers Prometheus with its volume, Alertmanager, and what both may do", () => {
    const kinds = on.registrations.filter(isMetrics).map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
    expect(kinds.toSorted()).toEqual([
      "CiliumNetworkPolicy metrics-api-server-policy",
      "ConfigMap metrics-configuration",
      "ConfigMap metrics-dashboards",
      "Deployment metrics-alertmanager",
      "Deployment metrics-prometheus",
      "NetworkPolicy metrics-alertmanager-policy",
      "NetworkPolicy metrics-prometheus-policy",
      "NetworkPolicy metrics-prometheus-to-edge-policy",
      "NetworkPolicy metrics-prometheus-to-sidekiq-policy",
      "NetworkPolicy metrics-prometheus-to-streaming-policy",
      "NetworkPolicy metrics-prometheus-to-web-policy",
      "PersistentVolumeClaim metrics-volume",
      "Role metrics-reader",
      "RoleBinding metrics-reader-binding",
      "Secret metrics-receivers",
      "Service metrics-alertmanager-service",
      "Service metrics-prometheus-service",
      "ServiceAccount metrics-alertmanager-account",
      "ServiceAccount metrics-prometheus-account",
    ]);
  });

  it("lets Prometheus read pods of the namespace and nothing else", () => {
    expect(one("Role", "metrics-reader").inputs["rules"]).toEqual([
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
    ]);
    expect(text(on.registrations)).not.toContain("ClusterRole metrics");
  });

  it("gives a token to Prometheus alone", () => {
    expect(named(on, "metrics-prometheus")).toContain(`"automountServiceAccountToken":true`);
    expect(named(on, "metrics-alertmanager")).toContain(`"automountServiceAccountToken":false`);
  });

  it("lets Prometheus out to the scraped ports, the API server, Alertmanager and the name server only", () => {
    const policy = one("NetworkPolicy", "metrics-prometheus-policy").inputs["spec"];
    const ports = [...text(policy).matchAll(/"port":(\d+)/g)].map(([, port]) => Number(port));
    expect([...new Set(ports)].toSorted((a, b) => a - b)).toEqual([53, 4000, 9090, 9093, 9113, 9394]);
    expect(text(policy)).not.toContain("ipBlock");
    expect(text(one("CiliumNetworkPolicy", "metrics-api-server-policy").inputs["spec"])).toContain("kube-apiserver");
  });

  it("starts a collector beside Puma that cannot take the pod out of service", () => {
    const web = named(on, "mastodon-web");
    expect(web).toContain(`"bin/prometheus_exporter"`);
    const exporter = /\{[^{}]*"args":\["bin\/prometheus_exporter".*?"volumeMounts"/.exec(web)?.[0] ?? "";
    expect(exporter).toContain(`"restartPolicy":"Always"`);
    expect(exporter).not.toContain("readinessProbe");
  });

  it("tells each process how to show its metrics, and jobs nothing", () => {
    expect(named(on, "mastodon-configuration-web-environment")).toContain("WEB_DETAILED_METRICS");
    expect(named(on, "mastodon-configuration-sidekiq-environment")).toContain("SIDEKIQ_DETAILED_METRICS");
    expect(named(on, "mastodon-configuration-jobs-environment")).not.toContain("PROMETHEUS");
    expect(named(on, "mastodon-configuration-streaming-environment")).not.toContain("PROMETHEUS");
  });

  it("shows the edge's counters on a port that no Service has", () => {
    expect(named(on, "mastodon-configuration-edge-configuration")).toContain("listen 9113");
    expect(named(on, "mastodon-edge-service")).not.toContain("9113");
  });

  it("expects the pods of the settings", () => {
    const { data } = configMapSchema.parse(one("ConfigMap", "metrics-configuration").inputs);
    const { groups } = rulesSchema.parse(parse(data["rules.yml"]));
    const wanted = groups
      .flatMap(({ rules }) => rules)
      .filter(({ record }) => record === "mastodon:workload_pods:wanted");
    const byName = Object.fromEntries(wanted.map(({ expr, labels }) => [labels?.["workload"], expr]));
    expect(byName).toMatchObject({
      web: "vector(3)",
      streaming: "vector(2)",
      edge: "vector(2)",
      "sidekiq-pull": "vector(1)",
    });
    expect(Object.keys(byName).filter((name) => name.startsWith("migrate"))).toEqual([]);
  });
});

describe("receivers", () => {
  it("are a Secret whole", () => {
    expect(text(one("Secret", "metrics-receivers").inputs["stringData"])).toContain("[secret]");
    expect(text(on.registrations.filter(isMetrics))).not.toMatch(/secret-(webhook|ping)/);
  });
});

describe("plans", () => {
  it("count the collectors, both programs and the volume", () => {
    const [before, after] = [webPool(off), webPool(on)];
    expect([before?.pool, after?.pool]).toEqual(["web", "web"]);
    // Three web pods, and both programs.
    expect((after?.atRest.millicores ?? 0) - (before?.atRest.millicores ?? 0)).toBe(3 * 50 + 250 + 20);
    expect((after?.atRest.memoryMib ?? 0) - (before?.atRest.memoryMib ?? 0)).toBe(3 * 192 + 1024 + 64);
  });

  it("list both programs among what runs", () => {
    expect(text(on.outputs["workloads"])).toContain(`"process":"alertmanager"`);
    expect(text(off.outputs["workloads"])).not.toContain("alertmanager");
  });
});

describe("the address that waits for alerts", () => {
  it("is refused where nobody would call it", async () => {
    const { metrics: _, ...rest } = enabled();
    await expect(recordProgram(rest)).rejects.toThrow(
      "mastodon:secrets.monitoring.heartbeats.alerts: is called by Alertmanager, which does not run",
    );
  });
});
