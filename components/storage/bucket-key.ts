// A Spaces key for one consumer and one bucket.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { BucketPermission } from "./inputs.ts";

export interface BucketKeyArgs {
  /** Physical name of the key. */
  readonly keyName: string;
  readonly bucket: pulumi.Input<string>;
  readonly permission: BucketPermission;
}

/** The least that one consumer needs. Keys with grants and bucket policies exclude each other (facts/digitalocean.md trap 15). */
export class BucketKey extends pulumi.ComponentResource {
  readonly accessKeyId: pulumi.Output<string>;
  /** Secret. */
  readonly secretAccessKey: pulumi.Output<string>;

  constructor(name: string, args: BucketKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:storage:BucketKey", name, {}, opts);
    const key = new digitalocean.SpacesKey(
      `${name}-key`,
      { name: args.keyName, grants: [{ bucket: args.bucket, permission: args.permission }] },
      { parent: this },
    );
    this.accessKeyId = key.accessKey;
    this.secretAccessKey = pulumi.secret(key.secretKey);
    this.registerOutputs();
  }
}
