// Settings of buckets that are resources of their own: one of a kind for each bucket, and known by the bucket's name.
import { type Context, CloudError, type Failure, type Hooks, type Properties } from "../contract.ts";
import { type Behaviour, between, oneOf } from "../declared-types.ts";
import { isUnknown, object, objects, text } from "../shared/values.ts";
import { find, needBucket } from "./lookups.ts";
import { isPublic, policyRule } from "./policy-document.ts";
import { plain } from "../plain.ts";

const versioningType = "aws:s3/bucketVersioning:BucketVersioning";
const accessBlockType = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

// Source: S3 API Reference, "Transition" and "NoncurrentVersionTransition".
const storageClasses = oneOf(
  "GLACIER",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
);

/** A setting whose bucket must exist; `validate` adds what this kind of setting needs. */
function setting(validate?: Hooks["validate"], outputs?: Hooks["outputs"]): Hooks {
  return {
    validate(ctx, inputs, previous) {
      needBucket(ctx, inputs["bucket"]);
      validate?.(ctx, inputs, previous);
    },
    id: (_ctx, inputs) => plain(inputs["bucket"]),
    ...(outputs ? { outputs } : {}),
  };
}

/** Settings by class name. */
export const settings: Readonly<Record<string, Behaviour>> = {
  BucketCorsConfiguration: {
    hooks: setting(),
    rules: { "corsRules.allowedMethods": methodsRule },
  },
  BucketLifecycleConfiguration: {
    hooks: setting(undefined, () => ({
      expectedBucketOwner: "",
      transitionDefaultMinimumObjectSize: "all_storage_classes_128K",
    })),
    rules: {
      "rules.status": oneOf("Enabled", "Disabled"),
      "rules.transitions.storageClass": storageClasses,
      "rules.noncurrentVersionTransitions.storageClass": storageClasses,
      "rules.noncurrentVersionExpiration.noncurrentDays": between(1),
      "rules.abortIncompleteMultipartUpload.daysAfterInitiation": between(1),
    },
    check: lifecycleFailures,
  },
  BucketLogging: { hooks: setting((ctx, inputs) => void needBucket(ctx, inputs["targetBucket"], "targetBucket")) },
  BucketNotification: { hooks: setting(needTargets) },
  BucketObjectLockConfiguration: {
    hooks: setting(needVersions),
    rules: {
      objectLockEnabled: oneOf("Enabled"),
      "rule.defaultRetention.mode": oneOf("COMPLIANCE", "GOVERNANCE"),
      "rule.defaultRetention.days": between(1),
      "rule.defaultRetention.years": between(1),
    },
    check: retentionFailures,
  },
  BucketOwnershipControls: {
    hooks: setting(),
    rules: { "rule.objectOwnership": oneOf("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter") },
  },
  BucketPolicy: { hooks: setting(refusePublicPolicy), rules: { policy: policyRule("resource") } },
  BucketPublicAccessBlock: { hooks: setting() },
  BucketServerSideEncryptionConfiguration: {
    hooks: setting(),
    rules: { "rules.applyServerSideEncryptionByDefault.sseAlgorithm": oneOf("AES256", "aws:kms", "aws:kms:dsse") },
  },
  BucketVersioning: {
    hooks: setting(refuseSuspendedLock),
    rules: {
      "versioningConfiguration.status": oneOf("Enabled", "Suspended", "Disabled"),
      "versioningConfiguration.mfaDelete": oneOf("Enabled", "Disabled"),
    },
  },
};

function methodsRule(value: unknown): string | undefined {
  const allowed = ["GET", "PUT", "HEAD", "POST", "DELETE"];
  const wrong = Array.isArray(value)
    ? value.find((method) => !isUnknown(method) && !allowed.includes(method))
    : undefined;
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is not allowed; use some of ${allowed.join(", ")}`;
}

/** Each rule must do something, and be named once. */
function lifecycleFailures(inputs: Properties): Failure[] {
  const actions = [
    "abortIncompleteMultipartUpload",
    "expiration",
    "noncurrentVersionExpiration",
    "noncurrentVersionTransitions",
    "transitions",
  ];
  const rules = objects(inputs, "rules");
  return rules.flatMap((rule, index) => {
    const property = `rules[${index}]`;
    if (rules.findIndex((other) => other["id"] === rule["id"] && !isUnknown(rule["id"])) < index)
      return [
        {
          property: `${property}.id`,
          reason: `id ${JSON.stringify(rule["id"])} is used twice; give each rule its own`,
        },
      ];
    if (actions.some((action) => rule[action] !== undefined)) return [];
    return [{ property, reason: `the rule does nothing; give it one of ${actions.join(", ")}` }];
  });
}

function retentionFailures(inputs: Properties): Failure[] {
  const retention = object(object(inputs, "rule"), "defaultRetention");
  if (Object.keys(retention).length === 0) return [];
  const given = ["days", "years"].filter((unit) => retention[unit] !== undefined);
  const property = "rule.defaultRetention";
  if (given.length !== 1)
    return [
      {
        property,
        reason: `${given.length === 0 ? "neither days nor years is" : "days and years are both"} given; give one of them`,
      },
    ];
  if (retention["mode"] !== undefined) return [];
  return [{ property: `${property}.mode`, reason: "is missing; use COMPLIANCE or GOVERNANCE" }];
}

function isVersioned(ctx: Context, bucket: string): boolean {
  const stored = ctx.account.get(versioningType, bucket)?.object ?? {};
  return object(stored, "versioningConfiguration")["status"] === "Enabled";
}

/** Object Lock keeps versions. A bucket made with it has versions from the start, another one must have them switched on. */
function needVersions(ctx: Context, inputs: Properties): void {
  const name = plain(inputs["bucket"]);
  if (needBucket(ctx, name).object["objectLockEnabled"] === true || isVersioned(ctx, name)) return;
  throw new CloudError(
    "conflict",
    `InvalidBucketState: bucket ${name} has no Object Lock; make the bucket with objectLockEnabled, or enable its versioning first`,
    "bucket",
  );
}

function refuseSuspendedLock(ctx: Context, inputs: Properties): void {
  const name = plain(inputs["bucket"]);
  const status = object(inputs, "versioningConfiguration")["status"];
  if (needBucket(ctx, name).object["objectLockEnabled"] !== true || status === "Enabled") return;
  throw new CloudError(
    "conflict",
    `InvalidBucketState: bucket ${name} has Object Lock, so its versioning cannot be ${plain(status)}; use Enabled`,
    "versioningConfiguration.status",
  );
}

function refusePublicPolicy(ctx: Context, inputs: Properties): void {
  const name = plain(inputs["bucket"]);
  const block = ctx.account.get(accessBlockType, name)?.object["blockPublicPolicy"] === true;
  if (!block || !isPublic(inputs["policy"])) return;
  throw new CloudError(
    "forbidden",
    `AccessDenied: bucket ${name} has blockPublicPolicy, and this policy lets everyone in; name the principals, add a Condition, or lift the block`,
    "policy",
  );
}

/** S3 refuses to notify what does not exist. */
function needTargets(ctx: Context, inputs: Properties): void {
  for (const { topicArn } of objects(inputs, "topics")) refuseTarget(ctx, "topic", topicArn, "topics.topicArn");
  for (const { queueArn } of objects(inputs, "queues")) refuseTarget(ctx, "queue", queueArn, "queues.queueArn");
}

function refuseTarget(ctx: Context, kind: "queue" | "topic", arn: unknown, property: string): void {
  const token = kind === "topic" ? "aws:sns/topic:Topic" : "aws:sqs/queue:Queue";
  if (find(ctx, kind, arn) || ctx.account.list(token).some(({ object: other }) => text(other, "arn") === arn)) return;
  const message = `InvalidArgument: ${kind} ${JSON.stringify(arn)} is not in this account; create it first, and refer to its arn`;
  throw new CloudError("unprocessable_entity", message, property);
}
