// Finds the object that another one depends on; one that is missing is refused as the cloud would.
import { CloudError, type Context, type StoredObject } from "../contract.ts";
import { text } from "../shared/values.ts";

/** The tokens of buckets: today's class, and the deprecated one that does the same. */
export const bucketTypes = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"] as const;

/** Kinds of object that others refer to by name or ARN. */
const kinds = {
  certificate: { token: "aws:acm/certificate:Certificate", code: "ResourceNotFoundException", by: "arn" },
  configurationSet: { token: "aws:sesv2/configurationSet:ConfigurationSet", code: "NotFoundException", by: "id" },
  configurationSetV1: {
    token: "aws:ses/configurationSet:ConfigurationSet",
    code: "ConfigurationSetDoesNotExist",
    by: "id",
  },
  emailIdentity: { token: "aws:sesv2/emailIdentity:EmailIdentity", code: "NotFoundException", by: "id" },
  group: { token: "aws:iam/group:Group", code: "NoSuchEntity", by: "name" },
  queue: { token: "aws:sqs/queue:Queue", code: "AWS.SimpleQueueService.NonExistentQueue", by: "id" },
  role: { token: "aws:iam/role:Role", code: "NoSuchEntity", by: "name" },
  topic: { token: "aws:sns/topic:Topic", code: "NotFound", by: "id" },
  user: { token: "aws:iam/user:User", code: "NoSuchEntity", by: "name" },
  zone: { token: "aws:route53/zone:Zone", code: "NoSuchHostedZone", by: "id" },
} as const;

/** A kind of object that others refer to. */
export type Kind = keyof typeof kinds;

/** The object of a kind with that name, id or ARN, if it is there. */
export function find({ account }: Pick<Context, "account">, kind: Kind, key: unknown): StoredObject | undefined {
  const { token, by } = kinds[kind];
  if (typeof key !== "string") return undefined;
  return by === "id" ? account.get(token, key) : account.list(token).find(({ object }) => object[by] === key);
}

/** The object of a kind; throws when it is not there. */
export function need(ctx: Context, kind: Kind, key: unknown, property: string): StoredObject {
  const found = find(ctx, kind, key);
  if (found) return found;
  throw missing(kinds[kind].code, kinds[kind].token, key, property);
}

/** The bucket of that name; throws when this account has none. */
export function needBucket(ctx: Context, name: unknown, property = "bucket"): StoredObject {
  const found = typeof name === "string" ? bucketTypes.map((type) => ctx.account.get(type, name)) : [];
  const bucket = found.find((candidate) => candidate !== undefined);
  if (bucket) return bucket;
  throw missing("NoSuchBucket", bucketTypes[0], name, property);
}

/** All objects of a type whose text property `name` is `value`. */
export function having(ctx: Context, token: string, name: string, value: string): StoredObject[] {
  return ctx.account.list(token).filter(({ object }) => text(object, name) === value);
}

/** Refuses a name that is taken in this account. `except` is the object that is being changed. */
export function refuseTaken(ctx: Context, code: string, name: string, value: unknown, except?: StoredObject): void {
  if (typeof value !== "string") return;
  const other = having(ctx, ctx.type, name, value).find(({ id }) => id !== except?.id);
  if (!other) return;
  const message = `${code}: ${name} ${JSON.stringify(value)} is taken in this account; choose another, or import the object with its id ${other.id}`;
  throw new CloudError("conflict", message, name);
}

/** The error of a delete that something still forbids. */
export function inUse(code: string, message: string): CloudError {
  return new CloudError("conflict", `${code}: ${message}`);
}

function missing(code: string, token: string, key: unknown, property: string): CloudError {
  const kind = token.split(":")[2]!;
  const message = `${code}: ${property} ${JSON.stringify(key)} is no ${kind} of this account; create it first, and refer to it by its output`;
  return new CloudError("not_found", message, property);
}
