// What the purge service proves itself with: to the CDN's API, and what Sidekiq proves itself with to the service.
import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { createAwsLogin } from "../../aws-login.ts";

export interface PurgeAccess {
  /** Between Sidekiq and the service. */
  readonly secret: pulumi.Output<string>;
  /** Variables of the service with its credentials for the CDN's API. */
  readonly environment: Readonly<Record<string, pulumi.Output<string>>>;
}

/**
 * Derived, not generated: it changes with the credential, and there is nothing to keep. A generated secret would be protected like the ones that
 * a server cannot live without, and would make turning the bridge off a deletion by exception.
 */
function sharedSecret(credential: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.secret(pulumi.output(credential).apply(derived));
}

function derived(key: string): string {
  return createHmac("sha256", key).update("mastodon cdn purge").digest("hex");
}

/** @param token DigitalOcean API token with the scope `cdn:delete` */
export function tokenAccess(token: pulumi.Output<string>): PurgeAccess {
  return { secret: sharedSecret(token), environment: { CDN_TOKEN: pulumi.secret(token) } };
}

export interface PurgeUserArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly distributionArn: pulumi.Input<string>;
}

/** A user at Amazon who can invalidate one distribution, and nothing else. */
export class PurgeUser extends pulumi.ComponentResource implements PurgeAccess {
  readonly secret: pulumi.Output<string>;
  readonly environment: PurgeAccess["environment"];

  constructor(name: string, args: PurgeUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:cdn:PurgeUser", name, {}, opts);
    const policy = pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "cloudfront:CreateInvalidation", Resource: args.distributionArn }],
    });
    const login = { userName: `${args.prefix}-cdn-purge`, policyName: "purge-media", policy, keySuffix: "key" };
    const key = createAwsLogin(name, login, { parent: this });
    this.secret = sharedSecret(key.secret);
    this.environment = { AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: pulumi.secret(key.secret) };
    this.registerOutputs();
  }
}
