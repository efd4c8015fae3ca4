// The stack's own access to Spaces: a key made with the API token, and the provider that uses it.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

export interface SpacesAccessArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  /** Token of the account; secret. */
  readonly token: pulumi.Input<string>;
}

/**
 * Buckets are managed with S3 keys, not with the API token. Making the key here leaves operators one secret less to keep;
 * the price is that a stack's very first preview cannot check buckets.
 */
export class SpacesAccess extends pulumi.ComponentResource {
  /** For buckets, and for everything else of the account too. */
  readonly provider: digitalocean.Provider;

  constructor(name: string, args: SpacesAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:storage:SpacesAccess", name, {}, opts);
    const key = new digitalocean.SpacesKey(
      `${name}-key`,
      { name: `${args.prefix}-pulumi`, grants: [{ bucket: "", permission: "fullaccess" }] },
      { parent: this },
    );
    this.provider = new digitalocean.Provider(
      `${name}-provider`,
      { token: args.token, spacesAccessId: key.accessKey, spacesSecretKey: pulumi.secret(key.secretKey) },
      { parent: this },
    );
    this.registerOutputs();
  }
}
