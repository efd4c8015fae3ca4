// What is watched from outside, and when somebody is told.

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
  readonly type: "down" | "ssl_expiry";
  readonly period: "2m" | "5m";
  readonly threshold?: number;
  readonly comparison?: "less_than";
}

/** Regions that DigitalOcean checks from (terraform-provider-digitalocean 2.99.1, Aug 2026). Two tell an outage from a lost route. */
export const checkRegions = ["us_east", "us_west"] as const;

export interface WatchedHosts {
  readonly web: string;
  readonly streaming: string;
  readonly media: string;
  readonly docs: string;
}

/** One check per service. Certificates are watched too: a renewed one can silently fail to reach the CDN (facts trap 17). */
export function uptimeChecks(hosts: WatchedHosts, certificateDays: number, probePath: string): CheckPlan[] {
  const alerts: readonly AlertPlan[] = [
    { key: "down", type: "down", period: "2m" },
    { key: "certificate", type: "ssl_expiry", period: "5m", threshold: certificateDays, comparison: "less_than" },
  ];
  return [
    // Only /health skips Mastodon's host check and its redirect (D3.1).
    { key: "web", target: `https://${hosts.web}/health`, alerts },
    { key: "streaming", target: `https://${hosts.streaming}/api/v1/streaming/health`, alerts },
    // A bucket's root answers 403 on purpose, so a small public object is read instead.
    { key: "media", target: `https://${hosts.media}/${probePath}`, alerts },
    { key: "docs", target: `https://${hosts.docs}/${probePath}`, alerts },
  ];
}
