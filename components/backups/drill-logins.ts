// The logins at Amazon that drills have: one reads the copy, one leaves reports beside it. Neither can change or delete what is there.
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createAwsLogin } from "../aws-login.ts";
import { readOnlyPolicy, reportsPolicy } from "./inputs.ts";

export interface DrillLoginsArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  /** Of the immutable copy's bucket. */
  readonly bucketArn: pulumi.Output<string>;
}

interface Login {
  readonly accessKeyId: pulumi.Output<string>;
  /** Secret. */
  readonly secretAccessKey: pulumi.Output<string>;
}

export class DrillLogins extends pulumi.ComponentResource {
  readonly reading: Login;
  readonly reporting: Login;

  constructor(name: string, { prefix, bucketArn }: DrillLoginsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:backups:DrillLogins", name, {}, opts);
    const login = (kind: string, policyName: string, policy: object): Login =>
      keyOf(
        createAwsLogin(
          `${name}-${kind}`,
          { userName: `${prefix}-${kind}`, policyName, policy: pulumi.jsonStringify(policy) },
          { parent: this },
        ),
      );
    this.reading = login("drill", "read-only", readOnlyPolicy(bucketArn));
    this.reporting = login("drill-reports", "reports-only", reportsPolicy(bucketArn));
    this.registerOutputs();
  }
}

function keyOf(key: aws.iam.AccessKey): Login {
  return { accessKeyId: key.id, secretAccessKey: pulumi.secret(key.secret) };
}
