// The escrow bundle in the backups bucket: the secrets without which a backup cannot be brought back to life.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { Existing } from "../../policies/destruction.ts";
import type { EscrowContents } from "./bundle.ts";
import { fingerprintField, savedBundle, sealedBundle } from "./seal.ts";

export interface EscrowArgs {
  /** The backups bucket and its region. */
  readonly bucket: pulumi.Input<string>;
  readonly region: string;
  /** Secret. */
  readonly contents: pulumi.Input<EscrowContents>;
  /** Public age keys, at least one; each alone opens the bundle. */
  readonly recipients: readonly string[];
  /** What the stack holds, as its last update left it. */
  readonly state: readonly Existing[];
}

/**
 * One object, closed to the recipients before it leaves the program. Its key follows from what is in it, so that another bundle stands beside the
 * former one, which is never removed: it may be the only one that fits an old dump.
 */
export class Escrow extends pulumi.ComponentResource {
  /** Key of the object. */
  readonly key: pulumi.Output<string>;

  constructor(name: string, args: EscrowArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:escrow:Escrow", name, {}, opts);
    const objectName = `${name}-bundle`;
    const saved = savedBundle(args.state, objectName);
    // A secret: what is not known to be public is not shown, even if it is closed.
    const sealed = pulumi.secret(args.contents).apply((contents) => sealedBundle(contents, args.recipients, saved));
    const fingerprint = pulumi.unsecret(sealed.fingerprint);
    const object = new digitalocean.SpacesBucketObject(
      objectName,
      {
        bucket: args.bucket,
        region: args.region,
        key: fingerprint.apply(bundleKey),
        content: sealed.text,
        contentType: "application/age",
        acl: "private",
        metadata: { [fingerprintField]: fingerprint },
      },
      { parent: this, retainOnDelete: true },
    );
    this.key = object.key;
    this.registerOutputs({ key: this.key });
  }
}

/** Key of the bundle with that fingerprint. */
function bundleKey(fingerprint: string): string {
  return `escrow/mastodon-${fingerprint.slice(0, 12)}.age`;
}
