// Uptime checks and their alarms at DigitalOcean.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { checkRegions, uptimeChecks, type AlertPlan, type WatchedHosts } from "./checks.ts";
import type { MonitoringSettings } from "./settings.ts";

export interface MonitoringArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly hosts: WatchedHosts;
  /** Path of the object that answers on the media and docs hosts. */
  readonly probePath: string;
  readonly settings: MonitoringSettings;
}

/** Watches the server from outside the data centre, as its users do. */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:monitoring:Monitoring", name, {}, opts);
    const { prefix, hosts, settings } = args;
    for (const { key, target, alerts } of uptimeChecks(hosts, settings.certificateDays, args.probePath)) {
      const check = new digitalocean.UptimeCheck(
        `${name}-${key}`,
        { name: `${prefix}-${key}`, type: "https", target, regions: [...checkRegions], enabled: true },
        { parent: this },
      );
      for (const alert of alerts)
        this.createAlert(`${name}-${key}-${alert.key}`, `${prefix}-${key}`, check.id, alert, settings);
    }
    this.registerOutputs();
  }

  private createAlert(
    name: string,
    prefix: string,
    checkId: pulumi.Output<string>,
    { key, ...alert }: AlertPlan,
    { emails }: MonitoringSettings,
  ): void {
    new digitalocean.UptimeAlert(
      name,
      { checkId, name: `${prefix}-${key}`, ...alert, notifications: [{ emails: [...emails] }] },
      { parent: this },
    );
  }
}
