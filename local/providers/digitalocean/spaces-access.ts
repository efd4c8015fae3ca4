// Who may do what in Spaces: keys with their grants, the program's own key, public objects, bucket policies. Pure.
import { allOf, objectsOf, type Statement, translated, UntranslatedRule } from "../../stores/s3/access.ts";
import type { Access } from "../../stores/s3/policies.ts";
import type { S3User } from "../../stores/s3/server.ts";
import type { StoredObject } from "../contract.ts";
import { statementsOf } from "../shared/policy-statements.ts";
import { operatorMark, staying } from "../shared/real-buckets.ts";
import { object, objects, type ObjectValue, text } from "../shared/values.ts";

/** Rows of the account, of all its owners. */
export interface SpacesRows {
  readonly buckets: readonly StoredObject[];
  readonly keys: readonly StoredObject[];
  readonly objects: readonly StoredObject[];
  readonly policies: readonly StoredObject[];
}

// Read lists and reads; read/write adds, replaces and removes as well; settings of the bucket need full access
// (docs.digitalocean.com/products/spaces/how-to/manage-access, 23 October 2025).
const read = [
  "GetObject",
  "GetObjectVersion",
  "GetObjectAttributes",
  "GetObjectTagging",
  "GetBucketLocation",
  "GetBucketVersioning",
  "ListBucket",
  "ListBucketVersions",
];
const write = [
  "PutObject",
  "PutObjectAcl",
  "PutObjectTagging",
  "DeleteObject",
  "DeleteObjectVersion",
  "DeleteObjectTagging",
  "AbortMultipartUpload",
  "ListBucketMultipartUploads",
  "ListMultipartUploadParts",
];
const actions: Readonly<Record<string, readonly string[]>> = {
  read,
  readwrite: [...read, ...write],
  fullaccess: ["*"],
};

/** One user for each key; each bucket's policy names those with a grant for it. */
export function spacesAccess(rows: SpacesRows): Access {
  const buckets = staying(rows.buckets);
  const keys = staying(rows.keys);
  const operators = operatorsOf(buckets);
  // Only an administrator sees the list of buckets; where accounts share a server, nobody may see another one's.
  const full: S3User["role"] = new Set(buckets.map(({ owner }) => owner)).size === 1 ? "admin" : "user";
  const users: S3User[] = [
    ...keys.map(({ object: key }) => ({
      accessKey: text(key, "accessKey") ?? "",
      secretKey: text(key, "secretKey") ?? "",
      role: objects(key, "grants").some(ofEveryBucket) ? full : "user",
    })),
    ...operators.map(({ accessKey, secretKey }) => ({ accessKey, secretKey, role: full })),
  ];
  return {
    users: [...new Map(users.map((user) => [user.accessKey, user])).values()],
    statements: (name) => {
      const bucket = buckets.find(({ id }) => id === name);
      return bucket ? [...grants(bucket, keys, operators), ...publicly(bucket, rows), ...policyOf(bucket, rows)] : [];
    },
  };
}

/** A grant without a bucket is one for every bucket of the account; only full access can be. */
function ofEveryBucket(grant: ObjectValue): boolean {
  return (grant["bucket"] ?? "") === "";
}

interface Operator {
  readonly owner: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The key of the program's own provider opens every bucket of its account. */
function operatorsOf(buckets: readonly StoredObject[]): Operator[] {
  return buckets.flatMap((bucket) => {
    const key = object(bucket.object, operatorMark);
    const [accessKey, secretKey] = [text(key, "accessKey"), text(key, "secretKey")];
    return accessKey && secretKey ? [{ owner: bucket.owner, accessKey, secretKey }] : [];
  });
}

function grants(bucket: StoredObject, keys: readonly StoredObject[], operators: readonly Operator[]): Statement[] {
  const own = keys.flatMap((key) =>
    objects(key.object, "grants")
      .filter((grant) => grant["bucket"] === bucket.id || (ofEveryBucket(grant) && key.owner === bucket.owner))
      .map((grant) => ({
        accessKey: text(key.object, "accessKey") ?? "",
        permission: text(grant, "permission") ?? "",
      })),
  );
  const full = operators
    .filter(({ owner }) => owner === bucket.owner)
    .map(({ accessKey }) => ({ accessKey, permission: "fullaccess" }));
  const byPermission = Object.groupBy([...own, ...full], ({ permission }) => permission);
  return Object.entries(byPermission).flatMap(([permission, holders = []]) => {
    const given = { Effect: "Allow", Action: (actions[permission] ?? []).map((name) => `s3:${name}`) };
    const principal = { AWS: [...new Set(holders.map(({ accessKey }) => accessKey))].toSorted() };
    return translated({ ...given, Resource: allOf(bucket.id) }, bucket.id, principal);
  });
}

/** What the program declares public: a list of the bucket, and single objects. Permissions that clients give to objects are not kept. */
function publicly(bucket: StoredObject, rows: SpacesRows): Statement[] {
  const keys = staying(rows.objects)
    .filter((one) => one.object["bucket"] === bucket.id && one.object["acl"] === "public-read")
    .map((one) => text(one.object, "key") ?? "");
  const open = { Effect: "Allow", Principal: "*" } as const;
  return [
    ...(bucket.object["acl"] === "public-read"
      ? [{ ...open, Action: ["s3:ListBucket"], Resource: allOf(bucket.id).slice(0, 1) }]
      : []),
    ...(keys.length > 0
      ? [{ ...open, Action: ["s3:GetObject"], Resource: objectsOf(bucket.id, ...keys.toSorted()) }]
      : []),
  ];
}

/** A policy of the bucket's own. Spaces knows no users in it, only everybody. */
function policyOf(bucket: StoredObject, rows: SpacesRows): Statement[] {
  const policy = staying(rows.policies).find((one) => one.object["bucket"] === bucket.id)?.object["policy"];
  return statementsOf(policy).flatMap((statement) => {
    const principal = JSON.stringify(statement["Principal"]);
    if (!['"*"', '{"AWS":"*"}', '{"AWS":["*"]}'].includes(principal))
      throw new UntranslatedRule(`Principal ${principal} is not understood by the local S3 server; use "*"`);
    const { Principal: _, ...rest } = statement;
    return translated(rest, bucket.id, "*");
  });
}
