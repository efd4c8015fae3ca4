// CDN APIs over HTTP on a free port of this machine, which enforce the real limits by a clock that the test owns.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "../../components/cdn/purge-bridge/service/clock.ts";

/** Time passes only when somebody sleeps, and then at once: the test lasts as long as its requests. */
export class ManualClock implements Clock {
  #now = 0;

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    // Requests that came meanwhile are answered first, as they would be.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export interface Received {
  readonly at: number;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Answer =
  | { readonly status: number; readonly text?: string; readonly headers?: Record<string, string> }
  | "hang up";

export class FakeApi {
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #answer: (request: Received) => Answer;

  constructor(clock: Clock, answer: (request: Received) => Answer) {
    this.#clock = clock;
    this.#answer = answer;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** @returns its URL */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the fake listens on no port");
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = "", url = "", headers } = request;
    const received = { at: this.#clock.now(), method, url, headers, body: Buffer.concat(chunks).toString("utf8") };
    this.received.push(received);
    const answer = this.#answer(received);
    if (answer === "hang up") request.socket.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.text);
  }
}

/** DigitalOcean's answer to a purge: 429 beyond 5 calls in 10 s or 50 files in 20 s, 401 without the token. */
export function digitaloceanAnswers(token: string): {
  readonly purged: string[];
  readonly answer: (request: Received) => Answer;
} {
  const calls: { readonly at: number; readonly files: number }[] = [];
  const purged: string[] = [];
  const inLast = (at: number, period: number) => calls.filter((call) => at - call.at < period);
  return {
    purged,
    answer({ at, method, url, headers, body }) {
      if (method !== "DELETE" || !/^\/v2\/cdn\/endpoints\/[^/]+\/cache$/.test(url)) return { status: 404 };
      if (headers.authorization !== `Bearer ${token}`) return { status: 401 };
      const { files }: { files: string[] } = JSON.parse(body);
      const filesBefore = inLast(at, 20_000).reduce((sum, call) => sum + call.files, 0);
      if (inLast(at, 10_000).length >= 5 || filesBefore + files.length > 50) return { status: 429 };
      calls.push({ at, files: files.length });
      purged.push(...files);
      return { status: 204 };
    },
  };
}
