// A bucket with Object Lock in compliance mode, and a login that may put objects into it and nothing else: what the copy at another provider is.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { putOnlyPolicy } from "../../../components/backups/inputs.ts";
import type { Bench } from "./bench.ts";

export interface LockedBucket {
  readonly name: string;
  /** What scripts get to put objects there. */
  readonly environment: Readonly<Record<string, string>>;
  /** With the login that may only put. */
  readonly putOnly: S3Client;
  /** With the owner's. */
  readonly owner: S3Client;
}

const login = { accessKeyId: "put-only", secretAccessKey: "secret-of-put-only" };

/** The login's policy is the one that the stack gives to its own, with the principal that a bucket's policy must name. */
export async function makeLockedBucket({ environment, folder }: Bench): Promise<LockedBucket> {
  const name = "locked";
  const at = (key: string) => environment[`RCLONE_CONFIG_OFFSITE_${key}`] ?? "";
  const client = (credentials: typeof login) =>
    new S3Client({ endpoint: at("ENDPOINT"), region: at("REGION"), forcePathStyle: true, credentials });
  const owner = client({ accessKeyId: at("ACCESS_KEY_ID"), secretAccessKey: at("SECRET_ACCESS_KEY") });
  addLogin(join(folder, "logins"));
  await owner.send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: true }));
  const rule = { DefaultRetention: { Mode: "COMPLIANCE", Days: 30 } } as const;
  const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule: rule } as const;
  await owner.send(new PutObjectLockConfigurationCommand({ Bucket: name, ObjectLockConfiguration }));
  const { Version, Statement } = putOnlyPolicy(`arn:aws:s3:::${name}/*`);
  const named = Statement.map((statement) => ({ ...statement, Principal: { AWS: [login.accessKeyId] } }));
  await owner.send(new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify({ Version, Statement: named }) }));
  return {
    name,
    environment: {
      OFFSITE_BUCKET: name,
      RCLONE_CONFIG_OFFSITE_ACCESS_KEY_ID: login.accessKeyId,
      RCLONE_CONFIG_OFFSITE_SECRET_ACCESS_KEY: login.secretAccessKey,
    },
    putOnly: client(login),
    owner,
  };
}

/** versitygw reads its logins from this file whenever it meets one that it does not know. */
function addLogin(folder: string): void {
  const account = { access: login.accessKeyId, secret: login.secretAccessKey, role: "user" };
  const accounts = { accessAccounts: { [login.accessKeyId]: { ...account, userID: 0, groupID: 0, projectID: 0 } } };
  writeFileSync(join(folder, "users.json"), JSON.stringify(accounts));
}
