// What is watched from outside, and when somebody is told.
import type { MonitoringSettings } from "./settings.ts";

/** One check and its alarms. */
export interface CheckPlan {
  /** Stable part of names. */
  readonly key: string;
  /** URL that must answer. */
  readonly target: string;
  readonly alerts: readonly AlertPlan[];
}

export interface AlertPlan {
  readonly key: string;
  readonly type: "down" | "down_global" | "latency" | "ssl_expiry";
  readonly period: "2m" | "5m" | "10m";
  readonly threshold?: number;
  readonly comparison?: "greater_than" | "less_than";
}

export interface WatchedHosts {
  readonly web: string;
  readonly streaming: string;
  readonly media: string;
  readonly assets: string;
  readonly docs: string;
}

/**
 * One check per service.
 * @param probePath object that answers in the buckets: a bucket's root answers 403 on purpose
 */
export function uptimeChecks(
  hosts: WatchedHosts,
  settings: Pick<MonitoringSettings, "certificateDays" | "latencyMillis">,
  probePath: string,
): CheckPlan[] {
  const alerts = alertsOf(settings);
  return [
    // Only /health skips Mastodon's host check and its redirect (D3.1).
    { key: "web", target: `https://${hosts.web}/health`, alerts },
    { key: "streaming", target: `https://${hosts.streaming}/api/v1/streaming/health`, alerts },
    { key: "media", target: `https://${hosts.media}/${probePath}`, alerts },
    { key: "assets", target: `https://${hosts.assets}/${probePath}`, alerts },
    { key: "docs", target: `https://${hosts.docs}/${probePath}`, alerts },
  ];
}

/** Certificates are watched too: a renewed one can silently fail to reach the CDN (facts trap 17). */
function alertsOf({ certificateDays, latencyMillis }: Pick<MonitoringSettings, "certificateDays" | "latencyMillis">) {
  const alerts: AlertPlan[] = [
    // Down for every region is an outage, at once. Down for any of them may be a lost route, which mends itself within minutes.
    { key: "down", type: "down_global", period: "2m" },
    { key: "unreachable", type: "down", period: "10m" },
    { key: "certificate", type: "ssl_expiry", period: "5m", threshold: certificateDays, comparison: "less_than" },
  ];
  if (latencyMillis !== false)
    alerts.push({
      key: "latency",
      type: "latency",
      period: "10m",
      threshold: latencyMillis,
      comparison: "greater_than",
    });
  return alerts;
}
