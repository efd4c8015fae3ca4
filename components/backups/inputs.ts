// The immutable copy's bucket and what its logins may do, as plain provider inputs.
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupsSettings } from "./settings.ts";

type ImmutableSettings = BackupsSettings["immutable"];

/** Compliance mode: until the date has passed, nobody at all can delete or overwrite, not even the account's root user. */
export function objectLockRule({ lockDays }: ImmutableSettings): aws.s3.BucketObjectLockConfigurationArgs["rule"] {
  return { defaultRetention: { mode: "COMPLIANCE", days: lockDays } };
}

/**
 * Old copies go by themselves, because no credential of the cluster may delete anything. What is overwritten, which the login that puts can do to
 * objects whose lock has ended, or has expired stays for as many days as a lock lasts. Cold ones cost less, and are read as fast; objects of less
 * than 128 KiB stay where they are, since Amazon moves none so small.
 */
export function lifecycleRules({
  lockDays,
  keepDays,
  coldAfterDays,
}: ImmutableSettings): aws.s3.BucketLifecycleConfigurationArgs["rules"] {
  return [
    {
      id: "expire",
      status: "Enabled",
      filter: { prefix: "" },
      ...(coldAfterDays !== undefined && { transitions: [{ days: coldAfterDays, storageClass: "GLACIER_IR" }] }),
      expiration: { days: keepDays },
      noncurrentVersionExpiration: { noncurrentDays: lockDays },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
  ];
}

/** May add objects and nothing else: no reading, no listing, no deleting, no shortening of a lock. Another object of the same key hides the former. */
export function putOnlyPolicy<Arn>(bucketArn: Arn) {
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["s3:PutObject", "s3:AbortMultipartUpload"], Resource: bucketArn }],
  };
}

/** Folder of the drills' reports in the bucket. */
export const reportsFolder = "drills";

/** May list and read objects: for the drill of the copy. */
export function readOnlyPolicy(bucketArn: pulumi.Output<string>) {
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "s3:ListBucket", Resource: bucketArn },
      { Effect: "Allow", Action: "s3:GetObject", Resource: pulumi.interpolate`${bucketArn}/*` },
    ],
  };
}

/**
 * May add reports and read them again. Each upload names an access list, which only says that the bucket's owner owns it, and which such a bucket
 * takes from nobody without that right.
 */
export function reportsPolicy(bucketArn: pulumi.Output<string>) {
  const folder = `${reportsFolder}/*`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "s3:ListBucket",
        Resource: bucketArn,
        Condition: { StringLike: { "s3:prefix": [reportsFolder, folder] } },
      },
      {
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:PutObjectAcl", "s3:GetObject"],
        Resource: pulumi.interpolate`${bucketArn}/${folder}`,
      },
    ],
  };
}
