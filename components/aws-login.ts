// A login at Amazon for one program that is not a person: a user, what it may do, and its key.
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface AwsLogin {
  /** Of the user; unique in the account. */
  readonly userName: string;
  /** Of its policy. */
  readonly policyName: string;
  /** All that it may do, as IAM's JSON. */
  readonly policy: pulumi.Input<string>;
  /** End of the key's logical name. @default "access-key" */
  readonly keySuffix?: string;
}

/**
 * Makes the user with its policy, and returns the key.
 * @param name beginning of logical names
 */
export function createAwsLogin(
  name: string,
  { userName, policyName, policy, keySuffix = "access-key" }: AwsLogin,
  options: pulumi.CustomResourceOptions,
): aws.iam.AccessKey {
  const user = new aws.iam.User(`${name}-user`, { name: userName }, options);
  new aws.iam.UserPolicy(`${name}-policy`, { name: policyName, user: user.name, policy }, options);
  return new aws.iam.AccessKey(`${name}-${keySuffix}`, { user: user.name }, options);
}
