// Amazon CloudFront in front of a bucket at DigitalOcean, under host names of ours.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Cdn, CdnUse } from "../cdn.ts";
import { cachePolicy, distribution, folderFunction, responseHeaders } from "./inputs.ts";

/** Amazon keeps CloudFront's certificates here, whatever the edges are. */
export const cloudFrontRegion = "us-east-1";

export interface CloudFrontCdnArgs {
  /** Prefix of physical names, for example `social`. */
  readonly prefix: string;
  readonly use: CdnUse;
  /** The bucket's host, for example `social-media.nyc3.digitaloceanspaces.com`. */
  readonly origin: pulumi.Input<string>;
  /** All host names; the first is the one in use. */
  readonly domains: readonly [string, ...string[]];
  /** An issued certificate in us-east-1 for all host names. */
  readonly certificateArn: pulumi.Input<string>;
  /** Seconds for which an edge keeps an object. */
  readonly ttl: number;
  /** `PriceClass_100`, `PriceClass_200` or `PriceClass_All`. */
  readonly priceClass: string;
  /** Object that `/` shows. */
  readonly rootObject: string;
}

/** A distribution with policies of its own. Its DNS record is made with all others. */
export class CloudFrontCdn extends pulumi.ComponentResource implements Cdn {
  readonly kind = "cloudfront";
  readonly cdnId: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  readonly domain: string;
  readonly origin: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CloudFrontCdnArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:cdn:CloudFrontCdn", name, {}, opts);
    const { use, domains, ttl } = args;
    const physical = `${args.prefix}-cdn-${use}`;
    const child = { parent: this };
    const caching = new aws.cloudfront.CachePolicy(`${name}-caching`, cachePolicy({ name: physical, ttl }), child);
    const headers = new aws.cloudfront.ResponseHeadersPolicy(`${name}-headers`, responseHeaders(physical, use), child);
    const inputs = distribution({
      ...args,
      cachePolicyId: caching.id,
      responseHeadersPolicyId: headers.id,
      ...(use === "docs" && { requestFunctionArn: this.#folders(name, physical) }),
    });
    const cdn = new aws.cloudfront.Distribution(`${name}-distribution`, inputs, child);
    this.cdnId = cdn.id;
    this.arn = cdn.arn;
    this.endpoint = cdn.domainName;
    this.domain = domains[0];
    this.origin = pulumi.output(args.origin);
    this.certificate = pulumi.output(args.certificateArn);
    this.registerOutputs({ endpoint: this.endpoint });
  }

  #folders(name: string, physical: string): pulumi.Output<string> {
    const inputs = { name: `${physical}-folders`, runtime: "cloudfront-js-2.0", code: folderFunction, publish: true };
    return new aws.cloudfront.Function(`${name}-folders`, inputs, { parent: this }).arn;
  }
}
