// CloudFront: one invalidation for a list of paths.
import { createHash } from "node:crypto";
import { call, type CdnApi, type Outcome, retryAfter } from "./cdn-api.ts";
import { signedHeaders } from "./sigv4.ts";

export interface CloudFrontOptions {
  /** `https://cloudfront.amazonaws.com`, without a slash at the end. */
  readonly api: string;
  readonly distributionId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Amazon takes 3,000 files or 15 folders in progress at a time, and asks 0.005 USD for each path beyond 1,000 a month; a folder is one path
 * (CloudFront developer guide, "Invalidate files", 2026). So folders come early here, and few of them.
 */
export function cloudFrontApi(options: CloudFrontOptions): CdnApi {
  const url = new URL(
    `${options.api}/2020-05-31/distribution/${encodeURIComponent(options.distributionId)}/invalidation`,
  );
  const key = { ...options, region: "us-east-1", service: "cloudfront" };
  return {
    limits: [{ unit: "requests", most: 5, periodMs: 10_000 }],
    batch: 100,
    crowding: { above: 100, to: 8 },
    async purge(paths) {
      const now = new Date();
      const body = invalidation(paths, now);
      const headers = signedHeaders(
        { method: "POST", url, headers: { "content-type": "application/xml" }, body },
        key,
        now,
      );
      const answer = await call(url.href, { method: "POST", headers, body });
      if (typeof answer === "string") return { kind: "later", reason: answer };
      return outcome(answer.status, answer.text, retryAfter(answer.headers, now.getTime()));
    },
  };
}

/** The reference makes a repeated call for the same paths within a minute the same invalidation, which costs once. */
function invalidation(paths: readonly string[], now: Date): string {
  const items = paths.map((path) => `<Path>/${escape(path)}</Path>`).join("");
  const minute = now.toISOString().slice(0, 16);
  const reference = createHash("sha256")
    .update(`${minute}\n${paths.join("\n")}`)
    .digest("hex");
  return (
    '<?xml version="1.0" encoding="UTF-8"?><InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">' +
    `<Paths><Quantity>${paths.length}</Quantity><Items>${items}</Items></Paths>` +
    `<CallerReference>${reference}</CallerReference></InvalidationBatch>`
  );
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** An invalidation takes minutes, so asking again after one is soon enough. */
const inProgressMs = 60_000;

function outcome(status: number, text: string, afterMs: number | undefined): Outcome {
  if (status >= 200 && status < 300) return { kind: "done" };
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  const reason = code === undefined ? `status ${status}` : `status ${status} ${code}`;
  if (code === "TooManyInvalidationsInProgress") return { kind: "later", reason, afterMs: afterMs ?? inProgressMs };
  if (status === 429 || status >= 500 || code === "Throttling") return { kind: "later", reason, afterMs };
  if ([401, 403, 404].includes(status)) return { kind: "locked-out", reason };
  return { kind: "refused", reason };
}
