// The documentation site: a folder of static files as public objects of a bucket.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { SiteObject } from "./objects.ts";

export interface StaticSiteArgs {
  readonly bucket: pulumi.Input<string>;
  readonly region: string;
  readonly objects: readonly SiteObject[];
}

/** A file that changes changes its object, a new one adds one, and a removed one is removed with its old versions. */
export class StaticSite extends pulumi.ComponentResource {
  constructor(name: string, { bucket, region, objects }: StaticSiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:storage:StaticSite", name, {}, opts);
    for (const object of objects) {
      new digitalocean.SpacesBucketObject(
        `${name}-${object.key}`,
        { ...object, bucket, region, acl: "public-read", forceDestroy: true },
        { parent: this },
      );
    }
    this.registerOutputs();
  }
}
