// The copy that nobody can delete: an S3 bucket with Object Lock at another provider, and a login that can only add to it.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createAwsLogin } from "../aws-login.ts";
import { lifecycleRules, objectLockRule, putOnlyPolicy } from "./inputs.ts";
import type { BackupsSettings } from "./settings.ts";

export interface ImmutableCopyArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly bucket: string;
  readonly settings: BackupsSettings["immutable"];
  readonly protect: boolean;
}

/** Locked, versioned, encrypted and closed to the public. */
export class ImmutableCopy extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  /** S3 endpoint with scheme and without the bucket. */
  readonly endpoint: pulumi.Output<string>;
  readonly accessKeyId: pulumi.Output<string>;
  /** Secret. */
  readonly secretAccessKey: pulumi.Output<string>;

  constructor(name: string, args: ImmutableCopyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:backups:ImmutableCopy", name, {}, opts);
    const bucket = new aws.s3.Bucket(
      `${name}-bucket`,
      { bucket: args.bucket, objectLockEnabled: true, forceDestroy: false },
      { parent: this, protect: args.protect }, // the last copy when everything else is lost
    );
    this.guardBucket(name, bucket, args.settings);
    const policy = pulumi.jsonStringify(putOnlyPolicy(pulumi.interpolate`${bucket.arn}/*`));
    const login = { userName: `${args.prefix}-immutable-copy`, policyName: "put-only", policy };
    const key = createAwsLogin(name, login, { parent: this });
    this.bucket = bucket.bucket;
    this.bucketArn = bucket.arn;
    this.endpoint = pulumi
      .all([bucket.bucket, bucket.bucketRegionalDomainName])
      .apply(([bucketName, domain]) => endpointOf(bucketName, domain));
    this.accessKeyId = key.id;
    this.secretAccessKey = pulumi.secret(key.secret);
    this.registerOutputs({ bucket: this.bucket });
  }

  private guardBucket(name: string, bucket: aws.s3.Bucket, settings: BackupsSettings["immutable"]): void {
    const target = { bucket: bucket.bucket };
    const versioning = new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { ...target, versioningConfiguration: { status: "Enabled" } },
      { parent: this },
    );
    new aws.s3.BucketObjectLockConfiguration(
      `${name}-lock`,
      { ...target, rule: objectLockRule(settings) },
      { parent: this, dependsOn: versioning },
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { ...target, rules: lifecycleRules(settings) },
      { parent: this, dependsOn: versioning },
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { ...target, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      { parent: this },
    );
    new aws.s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      {
        ...target,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      { parent: this },
    );
  }
}

/**
 * @param domain the bucket's own host name, which begins with its name
 * @throws Error when it does not: what comes then is no endpoint
 */
function endpointOf(bucket: string, domain: string): string {
  if (domain.startsWith(`${bucket}.`)) return `https://${domain.slice(bucket.length + 1)}`;
  throw new Error(`the host ${domain} of the bucket ${bucket} does not begin with its name`);
}
