// A bucket as backups need it: lists, reads and writes, at Spaces, Amazon or the local cloud.
import { readFileSync } from "node:fs";
import tls from "node:tls";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type ObjectCannedACL,
  S3Client,
} from "@aws-sdk/client-s3";

interface StoredFile {
  readonly key: string;
  readonly bytes: number;
}

export interface Store {
  /** @param delimiter only what stands directly under the prefix: common prefixes come as keys that end in it */
  readonly list: (prefix: string, delimiter?: string) => Promise<StoredFile[]>;
  readonly read: (key: string) => Promise<Buffer>;
  readonly write: (key: string, content: Buffer, contentType: string) => Promise<void>;
}

export interface StoreAccess {
  /** With scheme, as the stack's outputs have it. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * The bucket, with the bounded retries of Amazon's client.
 * @param aclOf who may read what is written. @default - nobody but the bucket's owner
 */
export function openStore(
  { endpoint, region, bucket: Bucket, accessKeyId, secretAccessKey }: StoreAccess,
  aclOf: (key: string) => ObjectCannedACL = () => "private",
): Store {
  trustExtraAuthorities();
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 5,
    // Spaces does not know the newer checksums (docs/state.md).
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return {
    list: async (Prefix, Delimiter) => {
      const files: StoredFile[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, Delimiter, ContinuationToken }));
        for (const { Key = "", Size = 0 } of page.Contents ?? []) files.push({ key: Key, bytes: Size });
        for (const { Prefix: key = "" } of page.CommonPrefixes ?? []) files.push({ key, bytes: 0 });
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (ContinuationToken !== undefined);
      return files;
    },
    read: async (Key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      if (Body === undefined) throw new Error(`${Bucket}/${Key} has no content`);
      return Buffer.from(await Body.transformToByteArray());
    },
    write: async (Key, Body, ContentType) => {
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ACL: aclOf(Key) }));
    },
  };
}

/** The variable by which Amazon's other tools are told of a private authority, such as the local cloud's. */
function trustExtraAuthorities(): void {
  const file = process.env["AWS_CA_BUNDLE"];
  if (file === undefined || file === "") return;
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), readFileSync(file, "utf8")]);
}
