// The door that Sidekiq knocks at: URLs in, with a secret; health and metrics out.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { mediaPath } from "./media-paths.ts";
import type { Journal } from "./journal.ts";
import type { Metrics } from "./metrics.ts";
import type { PurgeQueue } from "./purge-queue.ts";

export interface DoorParts {
  readonly hosts: ReadonlySet<string>;
  readonly secret: string;
  readonly queue: PurgeQueue;
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Whether the service is about to end, and takes nothing more. */
  readonly isStopping: () => boolean;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Header that carries the secret, in lower case. */
const secretHeader = "x-cdn-purge-secret";

/** One URL needs far less. */
const largestBody = 16_384;

export function createDoor(parts: DoorParts): Server {
  const server = createServer((request, response) => {
    void answer(request, parts).then(({ status, text }) => {
      if (status >= 400) parts.metrics.add("turned_away");
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  return server;
}

async function answer(request: IncomingMessage, parts: DoorParts): Promise<Answer> {
  const { url = "/", method } = request;
  if (url === "/healthz") return { status: 200, text: "ok\n" };
  if (url === "/metrics") return { status: 200, text: parts.metrics.text(parts.queue.size) };
  if (url !== "/purge") return { status: 404, text: "not found\n" };
  if (method !== "POST") return { status: 405, text: "use POST\n" };
  if (!isSame(String(request.headers[secretHeader] ?? ""), parts.secret))
    return { status: 401, text: "wrong secret\n" };
  // Sidekiq tries again, and then meets the successor.
  if (parts.isStopping()) return { status: 503, text: "ending\n" };
  const body = await bodyOf(request);
  if (body === undefined) return { status: 413, text: "too large\n" };
  return take(body, parts);
}

/** Compares digests, which have one length, so that neither the time nor an error tells about the secret. */
function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The whole body; undefined when it is too large or was cut off. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > largestBody) return undefined;
      chunks.push(bytes);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Answers only after the path is in the journal: what was taken is kept. */
function take(body: string, { hosts, queue, journal, metrics }: DoorParts): Answer {
  const url = urlIn(body);
  if (url === undefined) return { status: 400, text: 'send {"url": "https://..."}\n' };
  const read = mediaPath(url, hosts);
  if ("wrong" in read) return { status: 422, text: `the URL ${read.wrong}\n` };
  journal.append([read.path]);
  queue.add([read.path]);
  metrics.add("accepted");
  return { status: 202, text: "taken\n" };
}

function urlIn(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== "object" || parsed === null || !("url" in parsed)) return undefined;
    return typeof parsed.url === "string" ? parsed.url : undefined;
  } catch {
    return undefined;
  }
}
