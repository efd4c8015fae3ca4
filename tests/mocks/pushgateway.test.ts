// The Pushgateway: there where both metrics and backups are, reached by those who push and by Prometheus alone.
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { type Recording, recordProgram } from "../../src/dump/record.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { fixedStack, withSecrets } from "../stacks.ts";

const recipients = ["age1kzapnw8d7yvker39v37mxlqhu4rchdwxhpy7s5rgrp6zwjf2g4zqeaehkx"];
const backups = { enabled: true, image: "registry.example/mastodon-backup:1", recipients };

const stack = (subjects: RawSettings): RawSettings => ({
  ...withSecrets(fixedStack()),
  database: { postgresql: { size: "db-s-4vcpu-8gb", nodes: 2, clientsPerConnection: 2 } },
  metrics: { enabled: true },
  backups,
  ...subjects,
});

let on: Recording;
beforeAll(async () => {
  on = await recordProgram(stack({}));
});

const text = (what: unknown) => JSON.stringify(what);
const inputsOf = (recording: Recording, name: string) => {
  const found = recording.registrations.find((made) => made.name === name);
  if (!found) throw new Error(`nothing is called ${name}`);
  return found.inputs;
};
const names = ({ registrations }: Recording) =>
  registrations.map(({ name }) => name).filter((name) => name.includes("pushgateway"));

const filesSchema = z.object({ data: z.record(z.string(), z.string()) });
const file = (recording: Recording, name: string) =>
  filesSchema.parse(inputsOf(recording, "metrics-configuration")).data[name] ?? "";

const peerSchema = z.object({
  namespaceSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
  podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
});
const policySchema = z.object({
  ingress: z.array(z.object({ from: z.array(peerSchema), ports: z.array(z.object({ port: z.number() })) })),
  egress: z.array(z.unknown()),
});
const policy = (recording: Recording) => policySchema.parse(inputsOf(recording, "metrics-pushgateway-policy")["spec"]);

describe("with metrics and backups", () => {
  it("runs once, without a volume and without the API server", () => {
    const deployment = text(inputsOf(on, "metrics-pushgateway"));
    expect(deployment).toContain(`"replicas":1`);
    expect(deployment).toContain(`"type":"Recreate"`);
    expect(deployment).toContain("quay.io/prometheus/pushgateway:");
    expect(deployment).toContain(`"automountServiceAccountToken":false`);
    expect(deployment).not.toContain("persistentVolumeClaim");
    expect(deployment).not.toContain("enable-admin-api");
    expect(names(on).toSorted()).toEqual([
      "metrics-prometheus-to-pushgateway-policy",
      "metrics-pushgateway",
      "metrics-pushgateway-account",
      "metrics-pushgateway-policy",
      "metrics-pushgateway-service",
    ]);
  });

  it("is reached from the namespaces of backups and drills, and by Prometheus, and calls nobody", () => {
    const { ingress, egress } = policy(on);
    const peers = ingress.flatMap(({ from }) => from);
    expect(peers.map(({ namespaceSelector }) => namespaceSelector?.matchLabels["kubernetes.io/metadata.name"])).toEqual(
      ["backup", "drill", undefined],
    );
    expect(peers.at(-1)?.podSelector?.matchLabels["app.kubernetes.io/component"]).toBe("prometheus");
    expect(ingress.flatMap(({ ports }) => ports)).toEqual([{ port: 9091 }]);
    expect(egress).toEqual([]);
  });

  it("is what the backups push to", () => {
    const url = "http://pushgateway.mastodon.svc.cluster.local:9091";
    expect(text(on.registrations)).toContain(`"BACKUP_METRICS_URL":"${url}"`);
    expect(inputsOf(on, "metrics-pushgateway-service")["metadata"]).toMatchObject({ name: "pushgateway" });
    expect(inputsOf(on, "metrics-pushgateway-service")["spec"]).toMatchObject({ ports: [{ port: 9091 }] });
  });

  it("is scraped with the labels that were pushed, and every task is watched", () => {
    const { scrape_configs: jobs } = z
      .object({ scrape_configs: z.array(z.looseObject({ job_name: z.string() })) })
      .parse(parse(file(on, "prometheus.yml")));
    expect(jobs.find(({ job_name: job }) => job === "backup")).toMatchObject({ honor_labels: true });
    const watched = [...file(on, "rules.yml").matchAll(/task: (\S+)\n\s+limit: page/g)].map(([, task]) => task);
    expect(watched).toEqual(["dump", "media", "offsite", "drill-backups", "drill-offsite"]);
    expect(text(inputsOf(on, "metrics-dashboards"))).toContain("Backups: age of each copy");
  });

  it("is among what runs", () => {
    expect(text(on.outputs["workloads"])).toContain(`"name":"pushgateway"`);
  });
});

describe("with a host in Kansas City", () => {
  it("is reached through the tailnet's gateway too, and the host's copy is watched", async () => {
    const recording = await recordProgram(stack({ backups: { ...backups, kansasCity: {} } }));
    const gateway = policy(recording).ingress.flatMap(({ from }) => from)[2];
    expect(gateway?.namespaceSelector?.matchLabels).toEqual({ "kubernetes.io/metadata.name": "tailnet" });
    expect(gateway?.podSelector?.matchLabels["app.kubernetes.io/component"]).toBe("tailnet-gateway");
    expect(file(recording, "rules.yml")).toMatch(/task: kansas-city\n\s+limit: page/);
    expect(file(recording, "rules.yml")).not.toContain("drill-kansas-city");
  });
});

describe("not at all", () => {
  it.each([
    ["without backups", { backups: {} }],
    ["without metrics", { metrics: {} }],
  ])("%s", async (_, subjects) => {
    const recording = await recordProgram(stack(subjects));
    expect(names(recording)).toEqual([]);
    expect(text(recording.registrations)).not.toMatch(/BACKUP_METRICS_URL|mastodon_backup_/);
  });
});
