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

/** Key of the object that uptime checks read. */
export const probeKey = "uptime.txt";

/** Days after which a begun upload is given up. Spaces does so by itself only after a month or three (facts/digitalocean.md section 8). */
const uploadDays = 7;

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
        // What a deletion leaves when its last version has gone. It takes no space, but listings walk over it.
        expiration: { expiredObjectDeleteMarker: true },
        abortIncompleteMultipartUploadDays: uploadDays,
      },
    ],
    forceDestroy: !protect,
  };
}

/** What a player needs to seek in a recording, and a client to know whether its copy is the newest. Scripts see no others. */
const exposedHeaders = ["Accept-Ranges", "Content-Length", "Content-Range", "ETag", "Last-Modified"];

/** For reading only: uploads go through the server. Without them the web interface cannot play videos or draw pictures (D4.2). */
export function corsRules(origins: readonly string[]): digitalocean.SpacesBucketCorsConfigurationArgs["corsRules"] {
  return [
    {
      allowedMethods: ["GET", "HEAD"],
      allowedOrigins: [...origins],
      allowedHeaders: ["*"],
      exposeHeaders: exposedHeaders,
      maxAgeSeconds: 3600,
    },
  ];
}

/** `readwrite` may delete too; versions are the guard against that. */
export type BucketPermission = "read" | "readwrite";
