// Alarms on what DigitalOcean measures of its own machines: nodes, workers, the load balancer and the databases.
import { type AlarmWindow, metrics } from "./limits.ts";
import type { AlarmSettings } from "./settings.ts";

/** One alarm: it rings while the metric stays above the value for the window. */
export interface AlarmPlan {
  /** Stable part of names. */
  readonly key: string;
  /** DigitalOcean's name of the metric. */
  readonly type: string;
  readonly value: number;
  readonly window: AlarmWindow;
  /** What is measured, for people, for example `memory above 90 %`. */
  readonly text: string;
}

/** Metrics whose short name does not say it. */
const words: Readonly<Record<string, string>> = {
  cpu: "CPU",
  connections: "open connections",
  tls: "new TLS connections",
};

const percentAlarm = (key: string, type: string, threshold: number | false, window: AlarmWindow): AlarmPlan[] =>
  threshold === false
    ? []
    : [{ key, type, value: threshold, window, text: `${words[key] ?? key} above ${threshold} %` }];

/** Half an hour of full CPU is work that does not end; memory runs out faster. */
export function machineAlarms({ cpu, memory, disk }: AlarmSettings["nodes"]): AlarmPlan[] {
  const { droplet } = metrics;
  return [
    ...percentAlarm("cpu", droplet.cpu, cpu, "30m"),
    ...percentAlarm("memory", droplet.memory, memory, "10m"),
    ...percentAlarm("disk", droplet.disk, disk, "30m"),
  ];
}

export function loadBalancerAlarms({ connections, tls, cpu }: AlarmSettings["loadBalancer"]): AlarmPlan[] {
  const { loadBalancer } = metrics;
  return [
    ...percentAlarm("connections", loadBalancer.connections, connections, "5m"),
    ...percentAlarm("tls", loadBalancer.tls, tls, "5m"),
    ...percentAlarm("cpu", loadBalancer.cpu, cpu, "10m"),
  ];
}

/** @param size slug that tells the CPUs, for example `db-s-2vcpu-4gb`; without them there is no alarm on load */
export function postgresqlAlarms(alarms: AlarmSettings["postgresql"], size: string): AlarmPlan[] {
  const { database } = metrics;
  const cpus = Number(/-(\d+)vcpu-/.exec(size)?.[1] ?? Number.NaN);
  const load = alarms.loadPerCpu === false ? Number.NaN : alarms.loadPerCpu * cpus;
  return [
    ...percentAlarm("cpu", database.cpu, alarms.cpu, "30m"),
    ...percentAlarm("memory", database.memory, alarms.memory, "10m"),
    ...percentAlarm("disk", database.disk, alarms.disk, "5m"),
    ...(Number.isNaN(load)
      ? []
      : [{ key: "load", type: database.load, value: load, window: "30m" as const, text: `load above ${load}` }]),
  ];
}

export function valkeyAlarms({ memory, cpu }: AlarmSettings["valkey"]["queue"]): AlarmPlan[] {
  return [
    ...percentAlarm("memory", metrics.database.memory, memory, "5m"),
    ...percentAlarm("cpu", metrics.database.cpu, cpu, "30m"),
  ];
}

export function opensearchAlarms({ cpu, memory, disk }: AlarmSettings["opensearch"]): AlarmPlan[] {
  const { database } = metrics;
  return [
    ...percentAlarm("cpu", database.cpu, cpu, "30m"),
    ...percentAlarm("memory", database.memory, memory, "30m"),
    ...percentAlarm("disk", database.disk, disk, "5m"),
  ];
}
