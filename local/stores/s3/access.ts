// Who may do what in the buckets of an S3 server: bucket policies as versitygw takes them, made of what the clouds' rules say. Pure.
//
// versitygw knows users by their access keys and asks nobody but the bucket's policy. Its actions are those of
// `auth/bucket_policy_actions.go` of version 1.7.0; it takes no Condition, no NotAction and no NotResource.

/** One statement of a bucket policy. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  /** `*`, or access keys. */
  readonly Principal: "*" | { readonly AWS: readonly string[] };
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** Actions on an object; every other one is on a bucket. A statement with the other kind of resource only is refused. */
const objectActions = new Set(
  [
    "AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging DeleteObjectVersion",
    "DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention",
    "GetObjectTagging GetObjectVersion GetObjectVersionAttributes GetObjectVersionTagging ListMultipartUploadParts",
    "PutObject PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionTagging RestoreObject",
  ]
    .join(" ")
    .split(" "),
);

const bucketActions = new Set(
  [
    "CreateBucket DeleteBucket DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration",
    "GetAnalyticsConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging GetBucketNotification",
    "GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus",
    "GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite",
    "GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration GetLifecycleConfiguration",
    "GetMetricsConfiguration GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions",
    "PutAccelerateConfiguration PutAnalyticsConfiguration PutBucketAcl PutBucketCORS PutBucketLogging",
    "PutBucketNotification PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy",
    "PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite",
    "PutEncryptionConfiguration PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration",
    "PutMetricsConfiguration PutReplicationConfiguration",
  ]
    .join(" ")
    .split(" "),
);

/** What the account as a whole is asked; a bucket's policy has no say in it, here as at Amazon. */
const accountActions = new Set(["ListAllMyBuckets", "GetAccountPublicAccessBlock", "ListAccessPoints"]);

const prefix = "arn:aws:s3:::";

/** Every object of the bucket, and the bucket itself. */
export function allOf(bucket: string): string[] {
  return [`${prefix}${bucket}`, `${prefix}${bucket}/*`];
}

/** The objects with these keys; a key may hold `*`. */
export function objectsOf(bucket: string, ...keys: readonly string[]): string[] {
  return keys.map((key) => `${prefix}${bucket}/${key}`);
}

/** A policy's own statement, as it was written. */
export interface GivenStatement {
  readonly [element: string]: unknown;
}

/**
 * The part of a cloud's statement that speaks about one bucket, for the users with these access keys.
 * @returns no statement where it says nothing about the bucket
 * @throws Error that says what cannot be translated
 */
export function translated(statement: GivenStatement, bucket: string, principal: Statement["Principal"]): Statement[] {
  for (const element of ["NotAction", "NotResource", "NotPrincipal"])
    if (statement[element] !== undefined) throw untranslated(`${element} is not`, "say what is meant without it");
  const effect = statement["Effect"] === "Deny" ? "Deny" : "Allow";
  const actions = texts(statement["Action"]).flatMap(ownActions);
  // A statement about another service may have conditions that say nothing about buckets.
  if (actions.length === 0 || !applies(statement["Condition"], effect)) return [];
  const resources = texts(statement["Resource"]).flatMap((resource) => within(resource, bucket));
  const [onObjects, onBuckets] = [
    resources.filter((one) => one.includes("/")),
    resources.filter((one) => !one.includes("/")),
  ];
  return [
    { Action: actions.filter((action) => objectActions.has(action)), Resource: onObjects },
    { Action: actions.filter((action) => bucketActions.has(action)), Resource: onBuckets },
  ]
    .filter(({ Action, Resource }) => Action.length > 0 && Resource.length > 0)
    .map(({ Action, Resource }) => ({
      Effect: effect,
      Principal: principal,
      Action: Action.map((action) => `s3:${action}`),
      Resource: [...new Set(Resource)].map((resource) => `${prefix}${resource}`),
    }));
}

/** Actions of S3 that an element stands for, without `s3:`; none for another service's. */
function ownActions(given: string): string[] {
  const name = given === "*" ? "s3:*" : given;
  const [, service, action] = /^([^:]+):(.*)$/.exec(name) ?? [];
  if (service?.toLowerCase() !== "s3" || action === undefined) return [];
  const known = [...objectActions, ...bucketActions];
  const found = known.filter((one) => matches(action.toLowerCase(), one.toLowerCase()));
  if (found.length > 0 || accountActions.has(action)) return found;
  throw untranslated(`action ${given} is not`, `use some of ${known.toSorted().join(", ")}`);
}

/** The resource as seen from the bucket: its name with nothing or a key's pattern behind it. */
function within(resource: string, bucket: string): string[] {
  if (resource === "*") return [bucket, `${bucket}/*`];
  if (!resource.startsWith(prefix)) return [];
  const path = resource.slice(prefix.length);
  const slash = path.indexOf("/");
  const [name, key] = slash === -1 ? [path, undefined] : [path.slice(0, slash), path.slice(slash + 1)];
  // A star runs over slashes: `arn:aws:s3:::*` is every bucket and every object.
  const reachesObjects = key === undefined && name.endsWith("*") && matches(name, bucket);
  if (!matches(name, bucket)) return [];
  return key === undefined ? [bucket, ...(reachesObjects ? [`${bucket}/*`] : [])] : [`${bucket}/${key}`];
}

/** Whether a text fits a pattern of `*` and `?`. */
function matches(pattern: string, value: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(value);
}

/**
 * Whether a statement with that condition applies to requests here. All come over TLS. A list that is limited to some keys is not
 * limited here, which is the one thing where more is allowed than there: what the objects hold is as closed as everywhere.
 * @throws Error for any other condition
 */
function applies(condition: unknown, effect: "Allow" | "Deny"): boolean {
  if (condition === undefined) return true;
  const shown = JSON.stringify(condition);
  const secure = /^\{"Bool":\{"aws:SecureTransport":"?(true|false)"?\}\}$/i.exec(shown);
  if (secure?.[1]) return secure[1].toLowerCase() === "true";
  if (effect === "Allow" && /^\{"String(Like|Equals)":\{"s3:prefix":[^{}]*\}\}$/.test(shown)) return true;
  throw untranslated(
    `Condition ${shown} of ${effect === "Deny" ? "a Deny" : "an Allow"} is not`,
    "only aws:SecureTransport and, where something is allowed, s3:prefix are",
  );
}

function texts(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === "string");
}

/** A rule of the cloud's that the local server has no words for. */
export class UntranslatedRule extends Error {
  override readonly name = "UntranslatedRule";
}

function untranslated(what: string, instead: string): UntranslatedRule {
  return new UntranslatedRule(
    `${what} understood by the local S3 server (versitygw); ${instead}, or keep the stores emulated with MASTODON_LOCAL_STORES=emulated`,
  );
}
