// A client of a local S3 server with somebody's own key, and what it is allowed, in one word each.
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";

/**
 * @param endpoint as the outputs name it: host and port
 * @param authority file with the certificate of the local cloud's authority
 */
export function s3User(options: {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly authority: string;
}): S3Client {
  const { endpoint, region, accessKey, secretKey, authority } = options;
  return new S3Client({
    endpoint: `https://${endpoint}`,
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: { httpsAgent: new Agent({ ca: readFileSync(authority), keepAlive: false }) },
  });
}

/** `done`, or the code with which the server refused. */
export async function outcome(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return "done";
  } catch (error) {
    if (error instanceof S3ServiceException) return error.name;
    throw error;
  }
}
