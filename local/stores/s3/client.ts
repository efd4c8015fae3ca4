// A client of one of the local S3 servers, with the key that opens everything there.
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import type { S3Key } from "./server.ts";

/** @param authority File with the certificate of the authority behind the server's. */
export function s3Client(options: { port: number; region: string; key: S3Key; authority: string }): S3Client {
  const { port, region, key, authority } = options;
  return new S3Client({
    endpoint: `https://127.0.0.1:${port}`,
    region,
    credentials: { accessKeyId: key.accessKey, secretAccessKey: key.secretKey },
    forcePathStyle: true, // a bucket's own host name would be no name at all below an address
    // Without keep-alive nothing keeps a process from ending.
    requestHandler: { httpsAgent: new Agent({ ca: readFileSync(authority), keepAlive: false }) },
  });
}

/** Whether a server refused with one of these codes, for example `NoSuchKey`. */
export function isS3Error(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof S3ServiceException && codes.includes(error.name);
}
