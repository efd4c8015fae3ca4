// DigitalOcean's CDN: DELETE /v2/cdn/endpoints/{id}/cache with a list of files.
import { call, type CdnApi, type Outcome, retryAfter } from "./cdn-api.ts";

export interface DigitaloceanOptions {
  /** `https://api.digitalocean.com`, without a slash at the end. */
  readonly api: string;
  readonly endpointId: string;
  /** Token with the scope `cdn:delete`, and no other. */
  readonly token: string;
}

/** The limits are DigitalOcean's own (OpenAPI, operation cdn_purge_cache, Aug 2026). A folder counts as one file. */
export function digitaloceanApi({ api, endpointId, token }: DigitaloceanOptions): CdnApi {
  const url = `${api}/v2/cdn/endpoints/${encodeURIComponent(endpointId)}/cache`;
  return {
    limits: [
      { unit: "files", most: 50, periodMs: 20_000 },
      { unit: "requests", most: 5, periodMs: 10_000 },
    ],
    batch: 50,
    // 250 files take 80 s one by one; more than that is an account that goes, and then folders are both quicker and enough.
    crowding: { above: 250, to: 40 },
    async purge(files) {
      const answer = await call(url, {
        method: "DELETE",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ files }),
      });
      if (typeof answer === "string") return { kind: "later", reason: answer };
      return outcome(answer.status, retryAfter(answer.headers, Date.now()));
    },
  };
}

function outcome(status: number, afterMs: number | undefined): Outcome {
  const reason = `status ${status}`;
  if (status >= 200 && status < 300) return { kind: "done" };
  // 409 and 412: the same purge is under way already, or the endpoint is being changed.
  if (status === 429 || status === 409 || status === 412 || status >= 500) return { kind: "later", reason, afterMs };
  if ([401, 403, 404].includes(status)) return { kind: "locked-out", reason };
  return { kind: "refused", reason };
}
