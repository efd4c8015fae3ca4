// The immutable copy's bucket and its put-only login as plain provider inputs.
import type * as aws from "@pulumi/aws";
import type { BackupsSettings } from "./settings.ts";

type ImmutableSettings = BackupsSettings["immutable"];

/** Compliance mode: until the date has passed, nobody at all can delete or overwrite, not even the account's root user. */
export function objectLockRule({ lockDays }: ImmutableSettings): aws.s3.BucketObjectLockConfigurationArgs["rule"] {
  return { defaultRetention: { mode: "COMPLIANCE", days: lockDays } };
}

/** Old copies go by themselves, because no credential of the cluster may delete anything. */
export function lifecycleRules({ keepDays }: ImmutableSettings): aws.s3.BucketLifecycleConfigurationArgs["rules"] {
  return [
    {
      id: "expire",
      status: "Enabled",
      filter: { prefix: "" },
      expiration: { days: keepDays },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
  ];
}

/** May add objects and nothing else: no reading, no listing, no deleting, no shortening of a lock. */
export function putOnlyPolicy<Arn>(bucketArn: Arn) {
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["s3:PutObject", "s3:AbortMultipartUpload"], Resource: bucketArn }],
  };
}
