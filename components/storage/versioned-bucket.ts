// A Spaces bucket with history.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { bucketInputs, type BucketPlan, corsRules, probeKey } from "./inputs.ts";

export interface VersionedBucketArgs extends BucketPlan {
  /** Puts a small public object into the bucket, which uptime checks read: the bucket's root answers 403 on purpose. */
  readonly probe: boolean;
}

/** A Spaces bucket with history: versions are kept, and old ones expire after `keepDays`. */
export class VersionedBucket extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  /** Host that serves the bucket, for example `social-media.nyc3.digitaloceanspaces.com`. */
  readonly domain: pulumi.Output<string>;
  /** Host of the region's S3 interface, without the bucket, for example `nyc3.digitaloceanspaces.com`. */
  readonly endpoint: pulumi.Output<string>;
  /** DigitalOcean's URN, for the project. */
  readonly bucketUrn: pulumi.Output<string>;

  constructor(name: string, args: VersionedBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:storage:VersionedBucket", name, {}, opts);
    const bucket = new digitalocean.SpacesBucket(`${name}-bucket`, bucketInputs(args), {
      parent: this,
      protect: args.protect, // its name cannot be used again for a week (D4.9)
      replaceOnChanges: ["name"], // the provider would report a rename that never happens
    });
    if (args.origins.length > 0) {
      new digitalocean.SpacesBucketCorsConfiguration(
        `${name}-cors`,
        { bucket: bucket.name, region: args.region, corsRules: corsRules(args.origins) },
        { parent: this, deletedWith: bucket }, // a bucket that moves takes its settings along before they can be deleted
      );
    }
    if (args.probe) {
      new digitalocean.SpacesBucketObject(
        `${name}-probe`,
        {
          bucket: bucket.name,
          region: args.region,
          key: probeKey,
          content: "ok\n",
          contentType: "text/plain",
          acl: "public-read",
          forceDestroy: true, // with its old versions
        },
        { parent: this },
      );
    }
    this.bucket = bucket.name;
    this.domain = bucket.bucketDomainName;
    this.endpoint = bucket.endpoint;
    this.bucketUrn = bucket.bucketUrn;
    this.registerOutputs({ bucket: this.bucket, domain: this.domain });
  }
}
