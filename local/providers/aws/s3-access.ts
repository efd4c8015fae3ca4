// Who may do what in the buckets of the emulated Amazon: policies of users and of buckets, for a local S3 server. Pure.
import { allOf, type Statement, translated, UntranslatedRule } from "../../stores/s3/access.ts";
import type { Access } from "../../stores/s3/policies.ts";
import type { S3User } from "../../stores/s3/server.ts";
import type { StoredObject, Value } from "../contract.ts";
import { statementsOf } from "../shared/policy-statements.ts";
import { operatorMark, staying } from "../shared/real-buckets.ts";
import { isObject, object, text } from "../shared/values.ts";
import { globalArn } from "./place.ts";

/** Rows of all accounts. */
export interface S3Rows {
  readonly buckets: readonly StoredObject[];
  readonly accessKeys: readonly StoredObject[];
  readonly bucketPolicies: readonly StoredObject[];
  /** Policies of a user, its own and attached ones, by owner and user name. */
  readonly userPolicies: (owner: string, user: string) => readonly (Value | undefined)[];
}

/** One user for each active access key; each bucket's policy holds what its users' policies say about it, and its own. */
export function s3Access(rows: S3Rows): Access {
  const buckets = staying(rows.buckets);
  const keys = staying(rows.accessKeys).filter(({ object: key }) => key["status"] !== "Inactive");
  const operators = operatorsOf(buckets);
  const full: S3User["role"] = new Set(buckets.map(({ owner }) => owner)).size === 1 ? "admin" : "user";
  const users: S3User[] = [
    ...keys.map((key) => ({ accessKey: key.id, secretKey: text(key.object, "secret") ?? "", role: "user" as const })),
    ...operators.map(({ accessKey, secretKey }) => ({ accessKey, secretKey, role: full })),
  ];
  return {
    users: [...new Map(users.map((user) => [user.accessKey, user])).values()],
    statements: (name) => {
      const bucket = buckets.find(({ id }) => id === name);
      if (!bucket) return [];
      const own = operators.filter(({ owner }) => owner === bucket.owner).map(({ accessKey }) => accessKey);
      const operator = { Effect: "Allow", Action: "s3:*", Resource: allOf(name) };
      return [
        ...(own.length > 0 ? translated(operator, name, { AWS: own }) : []),
        ...usersStatements(bucket, keys, rows),
        ...bucketStatements(bucket, keys, rows),
      ];
    },
  };
}

interface Operator {
  readonly owner: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

function operatorsOf(buckets: readonly StoredObject[]): Operator[] {
  const found = buckets.flatMap((bucket) => {
    const key = object(bucket.object, operatorMark);
    const [accessKey, secretKey] = [text(key, "accessKey"), text(key, "secretKey")];
    return accessKey && secretKey ? [{ owner: bucket.owner, accessKey, secretKey }] : [];
  });
  return [...new Map(found.map((operator) => [`${operator.owner} ${operator.accessKey}`, operator])).values()];
}

function usersStatements(bucket: StoredObject, keys: readonly StoredObject[], rows: S3Rows): Statement[] {
  return keys
    .filter(({ owner }) => owner === bucket.owner)
    .flatMap((key) =>
      rows
        .userPolicies(key.owner, text(key.object, "user") ?? "")
        .flatMap((policy) => statementsOf(policy))
        .flatMap((statement) => translated(statement, bucket.id, { AWS: [key.id] })),
    );
}

function bucketStatements(bucket: StoredObject, keys: readonly StoredObject[], rows: S3Rows): Statement[] {
  const policy = staying(rows.bucketPolicies).find(({ id }) => id === bucket.id)?.object["policy"];
  return statementsOf(policy).flatMap((statement) => {
    const { Principal, ...rest } = statement;
    const principal = principalOf(Principal, bucket, keys);
    return principal ? translated(rest, bucket.id, principal) : [];
  });
}

/** Nothing for Amazon's own services, which never come here, and for users without a key. */
function principalOf(
  given: Value | undefined,
  bucket: StoredObject,
  keys: readonly StoredObject[],
): Statement["Principal"] | undefined {
  if (given === "*") return "*";
  if (!isObject(given)) throw unknownPrincipal(given);
  const { AWS, Service, ...others } = given;
  if (Object.keys(others).length > 0) throw unknownPrincipal(given);
  if (AWS === undefined && Service !== undefined) return undefined;
  const names = [AWS].flat();
  if (names.includes("*")) return "*";
  const holders = names.flatMap((name) => {
    const own = keys.filter(
      (key) => key.owner === bucket.owner && name === globalArn("iam", `user/${text(key.object, "user")}`),
    );
    if (typeof name !== "string" || !/:user\//.test(name)) throw unknownPrincipal(given);
    return own.map(({ id }) => id);
  });
  return holders.length > 0 ? { AWS: holders } : undefined;
}

function unknownPrincipal(given: Value | undefined): UntranslatedRule {
  return new UntranslatedRule(
    `Principal ${JSON.stringify(given ?? null)} is not understood by the local S3 server; use "*", or the ARN of a user of this account`,
  );
}
