// What every CDN gives away, whoever runs it.
import type * as pulumi from "@pulumi/pulumi";
import type { CdnKind } from "./settings.ts";

/** What a CDN stands in front of. */
export type CdnUse = "media" | "assets" | "docs";

/** A CDN in front of one bucket, under a host name of ours. */
export interface Cdn {
  readonly kind: CdnKind;
  /** Id at the provider; purges name it. */
  readonly cdnId: pulumi.Output<string>;
  /** The CDN's own host name, without a trailing dot: target of the domain's CNAME record. */
  readonly endpoint: pulumi.Output<string>;
  /** Host name that people see. */
  readonly domain: string;
  /** The bucket's host name. */
  readonly origin: pulumi.Output<string>;
  /** Name of the certificate at DigitalOcean, or its ARN at Amazon. */
  readonly certificate: pulumi.Output<string>;
}
