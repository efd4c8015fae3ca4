// Alarms at DigitalOcean on the load of machines and databases of one account.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmPlan } from "./alarms.ts";
import { notifications, type Targets } from "./targets.ts";

/** What is watched: by tag, which covers machines that come later too, or by id. */
export interface Watched {
  /** Stable part of names. */
  readonly key: string;
  readonly alarms: readonly AlarmPlan[];
  readonly covers: { readonly tag: pulumi.Input<string> } | { readonly id: pulumi.Input<string> };
}

export interface ResourceAlarmsArgs {
  /** Prefix of descriptions. */
  readonly prefix: string;
  readonly targets: Targets;
  readonly watched: readonly Watched[];
}

/** One alert policy for each alarm of each thing that is watched. */
export class ResourceAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: ResourceAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:monitoring:ResourceAlarms", name, {}, opts);
    for (const { key, alarms, covers } of args.watched)
      for (const { key: metric, type, value, window, text } of alarms)
        new digitalocean.MonitorAlert(
          `${name}-${key}-${metric}`,
          {
            // The only name that an alert has. Its first word is the one that docs/alarms.md explains.
            description: `${args.prefix}-${key}-${metric}: ${text}`,
            type,
            compare: "GreaterThan",
            value,
            window,
            enabled: true,
            alerts: notifications(args.targets),
            ...("tag" in covers ? { tags: [covers.tag] } : { entities: [covers.id] }),
          },
          { parent: this },
        );
    this.registerOutputs();
  }
}
