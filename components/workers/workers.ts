// Queue workers as droplets: any number, in any configured account, reached only over the tailnet.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { publicRanges } from "../network/ranges.ts";
import { workerUserData } from "./cloud-init.ts";
import { createKey, generationName, workerHostname } from "./key.ts";
import type { DropletSettings } from "./settings.ts";

export interface WorkersArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  /** Workers of this account only, by name. */
  readonly workers: Readonly<Record<string, DropletSettings>>;
  /** Slug of the droplets' image, where a worker names none. */
  readonly dropletImage: string;
  /** The tailnet's policy: a worker's tag exists only once it is in force. */
  readonly policy: pulumi.Resource;
}

/**
 * WireGuard is the only way in: not even ssh is open (Tailscale SSH needs no port). There is no way out to private addresses: a droplet without a
 * VPC of its own is put into its region's default one, which is the server's where that is the account's first in the region
 * (docs.digitalocean.com, VPC API, 2025). The firewall is for both interfaces, so a worker is as good as in none.
 */
function firewallInputs(prefix: string, tag: pulumi.Output<string>): digitalocean.FirewallArgs {
  const anywhere = ["0.0.0.0/0", "::/0"];
  const internet = [...publicRanges(), "::/0"];
  return {
    name: `${prefix}-workers`,
    tags: [tag],
    inboundRules: [{ protocol: "udp", portRange: "41641", sourceAddresses: anywhere }],
    outboundRules: [
      { protocol: "tcp", portRange: "1-65535", destinationAddresses: internet },
      { protocol: "udp", portRange: "1-65535", destinationAddresses: internet },
      { protocol: "icmp", destinationAddresses: internet },
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
      this.createDroplet(generationName(name, worker, settings), worker, settings, args, tag.name, firewall),
    );
    this.dropletUrns = droplets.map(({ dropletUrn }) => dropletUrn);
    this.tag = tag.name;
    this.registerOutputs();
  }

  private createDroplet(
    name: string,
    worker: string,
    settings: DropletSettings,
    { prefix, dropletImage, policy }: WorkersArgs,
    tag: pulumi.Output<string>,
    firewall: digitalocean.Firewall,
  ): digitalocean.Droplet {
    const hostname = workerHostname(prefix, worker, settings);
    const key = createKey(name, worker, settings, { parent: this, policy });
    return new digitalocean.Droplet(
      `${name}-droplet`,
      {
        name: hostname,
        image: settings.image ?? dropletImage,
        region: settings.region,
        size: settings.size,
        tags: [tag],
        monitoring: true,
        gracefulShutdown: true, // Sidekiq hands its jobs back before the machine goes
        userData: key.apply((tailnetKey) => workerUserData({ hostname, tailnetKey })),
      },
      // The firewall is there before the machine is. New user data or another image would replace the droplet, whose key to the
      // tailnet is used up by then: raise the worker's generation for that.
      { parent: this, dependsOn: firewall, ignoreChanges: ["userData", "image"] },
    );
  }
}
