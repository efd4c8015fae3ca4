// What the service needs from a CDN: how much it takes at a time, and one call.
import type { Crowding } from "./purge-queue.ts";
import type { RateLimit } from "./rate-window.ts";

/** How a call went. Only `done` has purged anything. */
export type Outcome =
  | { readonly kind: "done" }
  /** Not now: too many calls, a fault over there, a lost connection. */
  | { readonly kind: "later"; readonly reason: string; readonly afterMs?: number | undefined }
  /** These paths will never be taken. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Nothing will be taken until a person mends the token or the endpoint. */
  | { readonly kind: "locked-out"; readonly reason: string };

export interface CdnApi {
  readonly limits: readonly RateLimit[];
  /** Most paths in one call. */
  readonly batch: number;
  readonly crowding: Crowding;
  /** @param paths files, or folders with `*` at the end; without a slash at the beginning */
  purge(paths: readonly string[]): Promise<Outcome>;
}

/** A call that hangs would stop everything behind it. */
const timeoutMs = 30_000;

/** Sends a request and reads the whole answer; a lost connection is an outcome, not an exception. */
export async function call(
  url: string,
  init: RequestInit,
): Promise<{ status: number; text: string; headers: Headers } | string> {
  try {
    const response = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
    return { status: response.status, text: await response.text(), headers: response.headers };
  } catch (error) {
    return describe(error);
  }
}

/** fetch hides the true reason in `cause`. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return "unknown fault";
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Milliseconds that the answer asks to wait (RFC 9110, section 10.2.3); undefined when it asks for nothing. */
export function retryAfter(headers: Headers, wallClock: number): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = Number(value);
  const wait = Number.isNaN(seconds) ? Date.parse(value) - wallClock : seconds * 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
