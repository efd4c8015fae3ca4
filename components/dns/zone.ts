// The zone at DigitalOcean, and the records in it.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { absoluteName, relativeName, type RecordPlan } from "./records.ts";

/** The same for every zone (docs.digitalocean.com, "Point to DigitalOcean name servers", 2025). */
export const digitaloceanNameServers = ["ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com"];

export interface ZoneArgs {
  readonly zone: string;
  /** Refuses deletion: every record would go with it, and the server would vanish from the network. */
  readonly protect: boolean;
}

/** The zone at DigitalOcean, where managed certificates need it to be. */
export class Zone extends pulumi.ComponentResource {
  readonly zone: pulumi.Output<string>;
  /** DigitalOcean's URN, for the project. */
  readonly domainUrn: pulumi.Output<string>;

  constructor(name: string, args: ZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:dns:Zone", name, {}, opts);
    const domain = new digitalocean.Domain(
      `${name}-domain`,
      { name: args.zone }, // without ipAddress, which would make a record that no state knows
      { parent: this, protect: args.protect },
    );
    this.zone = domain.name;
    this.domainUrn = domain.domainUrn;
    this.registerOutputs({ zone: this.zone });
  }
}

export interface RecordsArgs {
  readonly zone: pulumi.Input<string>;
  /** The zone's name, which whole record names are cut by. */
  readonly zoneName: string;
  readonly records: readonly (RecordPlan<pulumi.Input<string>> & { readonly ttl: number })[];
}

/** Records at DigitalOcean. */
export class Records extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #args: Omit<RecordsArgs, "records">;
  /** The records that it was made with. */
  readonly first: readonly pulumi.Resource[];

  constructor(name: string, args: RecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:dns:Records", name, {}, opts);
    this.#name = name;
    this.#args = args;
    this.first = this.add(args.records);
    this.registerOutputs();
  }

  /** Adds records that wait for what depends on the first ones. */
  add(records: RecordsArgs["records"]): pulumi.Resource[] {
    const { zone, zoneName } = this.#args;
    return records.map(
      ({ key, formerly, name: host, ...record }) =>
        new digitalocean.DnsRecord(
          `${this.#name}-${key}`,
          { domain: zone, name: inZone(host, zoneName), ...record },
          // A host name may have only one CNAME, so the old record goes before the new one comes.
          { parent: this, deleteBeforeReplace: true, ...formerName(this.#name, formerly) },
        ),
    );
  }
}

/** Lets an existing record go on under its new logical name. */
export function formerName(name: string, formerly: string | undefined): Pick<pulumi.CustomResourceOptions, "aliases"> {
  return formerly === undefined ? {} : { aliases: [{ name: `${name}-${formerly}` }] };
}

/** DigitalOcean takes names relative to the zone only. */
function inZone(name: pulumi.Input<string>, zone: string): pulumi.Input<string> {
  const relative = (text: string): string => relativeName(absoluteName(text, zone), zone);
  return typeof name === "string" ? relative(name) : pulumi.output(name).apply(relative);
}
