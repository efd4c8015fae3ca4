// The zone at Route 53, and the records in it.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { recordSets, route53Value } from "./notation.ts";
import { absoluteName, type RecordPlan } from "./records.ts";
import { formerName } from "./zone.ts";

export interface HostedZoneArgs {
  readonly zone: string;
  /**
   * Id of a hosted zone that is there already.
   * @default - the stack makes one
   */
  readonly zoneId: string | undefined;
  /** Refuses deletion: a new zone has other name servers, which the registrar would have to be told. */
  readonly protect: boolean;
}

/** A public hosted zone. */
export class HostedZone extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;
  /** Name servers that the registrar must be told. */
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: HostedZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:dns:HostedZone", name, {}, opts);
    const zone = args.zoneId === undefined ? this.create(name, args) : this.find(args.zoneId);
    this.zoneId = zone.zoneId;
    this.nameServers = zone.nameServers;
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers });
  }

  private create(name: string, { zone, protect }: HostedZoneArgs): aws.route53.Zone {
    return new aws.route53.Zone(
      `${name}-zone`,
      { name: zone, comment: `made by the stack ${pulumi.getProject()}/${pulumi.getStack()}` },
      { parent: this, protect },
    );
  }

  private find(zoneId: string): Pick<aws.route53.Zone, "zoneId" | "nameServers"> {
    const found = aws.route53.getZoneOutput({ zoneId }, { parent: this });
    return { zoneId: pulumi.output(zoneId), nameServers: found.nameServers };
  }
}

export interface RecordSetsArgs {
  readonly zoneId: pulumi.Input<string>;
  readonly zoneName: string;
  readonly records: readonly (RecordPlan<pulumi.Input<string>> & { readonly ttl: number })[];
}

/** Records at Route 53: one record set for each name and type. */
export class RecordSets extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #args: Omit<RecordSetsArgs, "records">;
  /** The record sets that it was made with. */
  readonly first: readonly pulumi.Resource[];

  constructor(name: string, args: RecordSetsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:dns:RecordSets", name, {}, opts);
    this.#name = name;
    this.#args = args;
    this.first = this.add(args.records);
    this.registerOutputs();
  }

  /** Adds records that wait for what depends on the first ones. Together they have all values of a name and type. */
  add(records: RecordSetsArgs["records"]): pulumi.Resource[] {
    return recordSets(records).map(({ key, records: [first, ...others] }) =>
      this.create(key, first, [first, ...others]),
    );
  }

  private create(
    key: string,
    first: RecordSetsArgs["records"][number],
    records: RecordSetsArgs["records"],
  ): pulumi.Resource {
    const { zoneId, zoneName } = this.#args;
    return new aws.route53.Record(
      `${this.#name}-${key}`,
      {
        zoneId,
        name: pulumi.output(first.name).apply((host) => absoluteName(host, zoneName)),
        type: first.type,
        // One time to live for the whole set: the shortest that one of its records needs.
        ttl: Math.min(...records.map(({ ttl }) => ttl)),
        records: records.map((record) => pulumi.output(record).apply(route53Value)),
      },
      { parent: this, deleteBeforeReplace: true, ...formerName(this.#name, first.formerly) },
    );
  }
}
