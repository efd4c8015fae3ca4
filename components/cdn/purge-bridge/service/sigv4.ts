// AWS Signature Version 4: proves to Amazon who sends a request, without sending the key.
import { createHash, createHmac } from "node:crypto";

export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  /** Headers to sign besides `host` and `x-amz-date`; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/**
 * Headers of the signed request (docs.aws.amazon.com, "Create a signed AWS API request", 2026).
 * @param at moment of the request; Amazon refuses one that is more than some minutes off
 */
export function signedHeaders(request: UnsignedRequest, key: SigningKey, at: Date): Record<string, string> {
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const headers: Record<string, string> = { ...request.headers, host: request.url.host, "x-amz-date": time };
  const names = Object.keys(headers).toSorted();
  const listed = names.join(";");
  const canonical = [
    request.method,
    request.url.pathname,
    canonicalQuery(request.url.searchParams),
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim().replaceAll(/ +/g, " ")}`),
    "",
    listed,
    sha256(request.body),
  ].join("\n");
  const scope = `${time.slice(0, 8)}/${key.region}/${key.service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const signature = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${key.secretAccessKey}`);
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${listed}, Signature=${hmac(signature, text).toString("hex")}`,
  };
}

/** Sorted by encoded name and value, with `%20` for a blank. */
function canonicalQuery(parameters: URLSearchParams): string {
  return [...parameters]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join("&");
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
