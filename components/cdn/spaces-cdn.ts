// DigitalOcean's CDN in front of a bucket, under a host name of ours.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { Cdn } from "./cdn.ts";

export interface SpacesCdnArgs {
  /** The bucket's host, for example `social-media.nyc3.digitaloceanspaces.com`. */
  readonly origin: pulumi.Input<string>;
  /** Host name that people see. A Space has one CDN, and that has one host name of its own. */
  readonly domain: string;
  /** By name: the id of a managed certificate changes at each renewal (facts/digitalocean.md trap 17). */
  readonly certificateName: pulumi.Input<string>;
  /** Seconds; one of 60, 600, 3600, 86400, 604800. */
  readonly ttl: number;
}

/** A CDN endpoint. Its DNS record is made with all others. */
export class SpacesCdn extends pulumi.ComponentResource implements Cdn {
  readonly kind = "spaces";
  readonly cdnId: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  readonly domain: string;
  readonly origin: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;

  constructor(name: string, args: SpacesCdnArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:cdn:SpacesCdn", name, {}, opts);
    const cdn = new digitalocean.Cdn(
      `${name}-cdn`,
      { origin: args.origin, customDomain: args.domain, certificateName: args.certificateName, ttl: args.ttl },
      { parent: this },
    );
    this.cdnId = cdn.id;
    this.endpoint = cdn.endpoint;
    this.domain = args.domain;
    this.origin = cdn.origin;
    this.certificate = cdn.certificateName;
    this.registerOutputs({ endpoint: this.endpoint });
  }
}
