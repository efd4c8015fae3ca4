// Queue workers as droplets: any number, in any configured account, reached only over the tailnet.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { machineKeyInputs } from "../tailnet/tailnet.ts";
import { workerTag } from "../tailnet/targets.ts";
import { workerUserData } from "./cloud-init.ts";
import type { WorkerSettings } from "./settings.ts";

export interface WorkersArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  /** Workers of this account only, by name. */
  readonly workers: Readonly<Record<string, WorkerSettings>>;
  /** Droplet image slug. */
  readonly dropletImage: string;
  /** Mastodon's Rails image with tag or digest. */
  readonly image: string;
  /** The tailnet's policy: a worker's tag exists only once it is in force. */
  readonly policy: pulumi.Resource;
}

/** WireGuard is the only way in: not even ssh is open (Tailscale SSH needs no port). */
function firewallInputs(prefix: string, tag: pulumi.Output<string>): digitalocean.FirewallArgs {
  const anywhere = ["0.0.0.0/0", "::/0"];
  return {
    name: `${prefix}-workers`,
    tags: [tag],
    inboundRules: [{ protocol: "udp", portRange: "41641", sourceAddresses: anywhere }],
    outboundRules: [
      { protocol: "tcp", portRange: "1-65535", destinationAddresses: anywhere },
      { protocol: "udp", portRange: "1-65535", destinationAddresses: anywhere },
      { protocol: "icmp", destinationAddresses: anywhere },
    ],
  };
}

/** The workers of one account, with the firewall that covers them by tag. */
export class Workers extends pulumi.ComponentResource {
  /** DigitalOcean's URNs, for the account's project. */
  readonly dropletUrns: readonly pulumi.Output<string>[];

  /** Tag that all of them carry, for firewalls and alerts. */
  readonly tag: pulumi.Output<string>;

  constructor(name: string, args: WorkersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:workers:Workers", name, {}, opts);
    const tag = new digitalocean.Tag(`${name}-tag`, { name: `${args.prefix}-worker` }, { parent: this });
    const firewall = new digitalocean.Firewall(`${name}-firewall`, firewallInputs(args.prefix, tag.name), {
      parent: this,
    });
    const droplets = Object.entries(args.workers).map(([worker, settings]) =>
      this.createDroplet(`${name}-${worker}`, worker, settings, args, tag.name, firewall),
    );
    this.dropletUrns = droplets.map(({ dropletUrn }) => dropletUrn);
    this.tag = tag.name;
    this.registerOutputs();
  }

  private createDroplet(
    name: string,
    worker: string,
    settings: WorkerSettings,
    args: WorkersArgs,
    tag: pulumi.Output<string>,
    firewall: digitalocean.Firewall,
  ): digitalocean.Droplet {
    const hostname = `${args.prefix}-${worker}`;
    const key = new tailscale.TailnetKey(`${name}-key`, machineKeyInputs(`worker ${worker}`, workerTag(worker)), {
      parent: this,
      dependsOn: args.policy,
    });
    const boot = { hostname, image: args.image, queues: settings.queues, threads: settings.threads };
    return new digitalocean.Droplet(
      `${name}-droplet`,
      {
        name: hostname,
        image: args.dropletImage,
        region: settings.region,
        size: settings.size,
        tags: [tag],
        monitoring: true,
        userData: pulumi.secret(key.key).apply((tailnetKey) => workerUserData({ ...boot, tailnetKey })),
      },
      // The firewall is there before the machine is. New user data or another image would replace the droplet, whose key to the
      // tailnet is used up by then: rename the worker for that.
      { parent: this, dependsOn: firewall, ignoreChanges: ["userData", "image"] },
    );
  }
}
