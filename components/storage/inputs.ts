// Buckets, their CORS rules and their keys as plain provider inputs.
import type * as digitalocean from "@pulumi/digitalocean";

export interface BucketPlan {
  /** Unique in all of Spaces. */
  readonly bucket: string;
  readonly region: string;
  /** Days for which old versions are kept. */
  readonly keepDays: number;
  /** Origins whose pages may read objects with scripts; none sets no CORS rules. */
  readonly origins: readonly string[];
  /** Refuses deletion of the bucket, and of one that still holds objects. */
  readonly protect: boolean;
}

export function bucketInputs({ bucket, region, keepDays, protect }: BucketPlan): digitalocean.SpacesBucketArgs {
  return {
    name: bucket,
    region,
    acl: "private", // no listing; single objects are public where the application says so
    versioning: { enabled: true },
    lifecycleRules: [
      {
        id: "expire-old-versions",
        enabled: true,
        noncurrentVersionExpiration: { days: keepDays },
        abortIncompleteMultipartUploadDays: 7,
      },
    ],
    forceDestroy: !protect,
  };
}

export function corsRules(origins: readonly string[]): digitalocean.SpacesBucketCorsConfigurationArgs["corsRules"] {
  return [
    {
      allowedMethods: ["GET", "HEAD"],
      allowedOrigins: [...origins],
      allowedHeaders: ["*"],
      maxAgeSeconds: 3600,
    },
  ];
}

/** `readwrite` may delete too; versions are the guard against that. */
export type BucketPermission = "read" | "readwrite";
