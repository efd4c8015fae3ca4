// Buckets: names that are unique in the whole cloud, the addresses that follow from them, and what keeps them from being deleted.
import { CloudError, type Context, type Hooks, type Properties, type StoredObject, type Value } from "../contract.ts";
import { type Behaviour } from "../declared-types.ts";
import { bucketTypes, having, inUse } from "./lookups.ts";
import { regionOf } from "./place.ts";
import { plain } from "../plain.ts";

/** The tokens of objects in buckets. */
const objectTypes = ["aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2"] as const;

// Hosted zones of the S3 website endpoints, which alias records need.
// Source: AWS General Reference, "Amazon S3 endpoints and quotas"; regions without one here get no hostedZoneId.
const hostedZones: Readonly<Record<string, string>> = {
  "ap-northeast-1": "Z2M4EHUR26P7ZW",
  "ap-northeast-2": "Z3W03O7B5YMIYP",
  "ap-south-1": "Z11RGJOFQNVJUP",
  "ap-southeast-1": "Z3O0J2DXBE1FTB",
  "ap-southeast-2": "Z1WCIGYICN2BYD",
  "ca-central-1": "Z1QDHH18159H29",
  "eu-central-1": "Z21DNDUVLTQW6Q",
  "eu-north-1": "Z3BAZG2TWCNX0D",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "eu-west-2": "Z3GKZC51ZF0DB4",
  "eu-west-3": "Z3R1K369G5AVDG",
  "sa-east-1": "Z7KQH4QJS55SO",
  "us-east-1": "Z3AQBSTGFYJSTF",
  "us-east-2": "Z2O1EMRO9K5GLX",
  "us-west-1": "Z2F56UZL2M1ACD",
  "us-west-2": "Z3BJ6K6RIION7M",
};

const hooks: Hooks = {
  validate(ctx, inputs, previous) {
    if (!previous) refuseTakenName(ctx, plain(inputs["bucket"]));
  },
  id: (_ctx, inputs) => plain(inputs["bucket"]),
  outputs: (ctx, id, inputs, previous) => ({ ...(previous ? {} : initialSettings()), ...addresses(ctx, id, inputs) }),
  guardDelete: refuseFull,
  removed: removeObjects,
};

/** `Bucket`. */
export const bucket: Behaviour = {
  autoName: { property: "bucket", maxLength: 63, lowercase: true },
  rules: { bucket: bucketName },
  hooks,
};

function bucketName(value: Value): string | undefined {
  const name = plain(value);
  const form = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..");
  if (form && !/^\d+\.\d+\.\d+\.\d+$/.test(name)) return undefined;
  return `InvalidBucketName: ${JSON.stringify(name)} is not a bucket name; use 3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends`;
}

function refuseTakenName(ctx: Context, name: string): void {
  const other = bucketTypes.flatMap((type) => ctx.account.everywhere(type)).find(({ id }) => id === name);
  if (!other) return;
  const own = other.owner === ctx.owner;
  const message = own
    ? `BucketAlreadyOwnedByYou: this account has a bucket ${name} already; import it with its name, or choose another`
    : `BucketAlreadyExists: bucket ${name} belongs to another account; bucket names are unique in all of AWS, so choose another`;
  throw new CloudError("conflict", message, "bucket");
}

/** What S3 gives every new bucket. */
function initialSettings(): Properties {
  const byDefault = { sseAlgorithm: "AES256" };
  return {
    requestPayer: "BucketOwner",
    serverSideEncryptionConfiguration: {
      rule: { applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: false },
    },
    versioning: { enabled: false, mfaDelete: false },
  };
}

function addresses(ctx: Context, name: string, inputs: Properties): Properties {
  const region = regionOf(ctx, inputs);
  const zone = hostedZones[region];
  return {
    arn: `arn:aws:s3:::${name}`,
    bucket: name,
    bucketDomainName: `${name}.s3.amazonaws.com`,
    bucketRegion: region,
    bucketRegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    objectLockEnabled: inputs["objectLockEnabled"] === true,
    ...(zone ? { hostedZoneId: zone } : {}),
    ...(inputs["website"] ? websiteAddress(name, region) : {}),
  };
}

function websiteAddress(name: string, region: string): Properties {
  const domain = `s3-website-${region}.amazonaws.com`;
  return { websiteDomain: domain, websiteEndpoint: `${name}.${domain}` };
}

function objectsIn(ctx: Context, name: string): StoredObject[] {
  return objectTypes.flatMap((type) => having(ctx, type, "bucket", name));
}

function refuseFull(ctx: Context, stored: StoredObject): void {
  const count = objectsIn(ctx, stored.id).length;
  if (count === 0 || stored.object["forceDestroy"] === true) return;
  throw inUse(
    "BucketNotEmpty",
    `bucket ${stored.id} holds ${count} object(s); empty it first, or set forceDestroy (and run an update) to lose them`,
  );
}

function removeObjects(ctx: Context, stored: StoredObject): void {
  for (const { type, id } of objectsIn(ctx, stored.id)) ctx.account.remove(type, id);
}
