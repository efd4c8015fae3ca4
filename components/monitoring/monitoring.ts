// Uptime checks and their alarms at DigitalOcean.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { uptimeChecks, type AlertPlan, type WatchedHosts } from "./checks.ts";
import type { MonitoringSettings } from "./settings.ts";
import { notifications, type Targets } from "./targets.ts";

export interface MonitoringArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly hosts: WatchedHosts;
  /** Path of the object that answers on the hosts of buckets. */
  readonly probePath: string;
  readonly settings: MonitoringSettings;
  readonly targets: Targets;
}

/** Watches the server from outside the data centre, as its users do. */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:monitoring:Monitoring", name, {}, opts);
    const { prefix, hosts, settings, targets } = args;
    for (const { key, target, alerts } of uptimeChecks(hosts, settings, args.probePath)) {
      const check = new digitalocean.UptimeCheck(
        `${name}-${key}`,
        { name: `${prefix}-${key}`, type: "https", target, regions: [...settings.regions], enabled: true },
        { parent: this },
      );
      for (const alert of alerts)
        this.createAlert(`${name}-${key}-${alert.key}`, `${prefix}-${key}`, check.id, alert, targets);
    }
    this.registerOutputs();
  }

  private createAlert(
    name: string,
    prefix: string,
    checkId: pulumi.Output<string>,
    { key, ...alert }: AlertPlan,
    targets: Targets,
  ): void {
    new digitalocean.UptimeAlert(
      name,
      { checkId, name: `${prefix}-${key}`, ...alert, notifications: [notifications(targets)] },
      { parent: this },
    );
  }
}
