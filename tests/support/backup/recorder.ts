// What backups tell the outside: pushed metrics and heartbeats, as a Pushgateway and a watchdog would hear them.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { freePort } from "../free-port.ts";

interface News {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface Recorder {
  readonly url: string;
  /** All that was told since the last `forget`, oldest first. */
  readonly news: readonly News[];
  readonly forget: () => void;
  /** Values by metric of what a task pushed last; undefined when it pushed nothing. */
  readonly metrics: (task: string) => Readonly<Record<string, number>> | undefined;
  /** How often the heartbeat came. */
  readonly heartbeats: () => number;
  /** Status of all answers from now on, 200 at first. */
  readonly answer: (status: number) => void;
  readonly stop: () => Promise<void>;
}

/** Path of the heartbeat. */
export const heartbeatPath = "/heartbeat/secret-token";

export async function startRecorder(): Promise<Recorder> {
  const port = await freePort();
  const news: News[] = [];
  let status = 200;
  const server = createServer((incoming, outgoing) => {
    void text(incoming).then((body) => {
      news.push({ method: incoming.method ?? "", path: incoming.url ?? "", body });
      outgoing.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    news,
    forget: () => {
      news.length = 0;
    },
    metrics: (task) => {
      const pushed = news.findLast(
        ({ method, path }) => method === "PUT" && path === `/metrics/job/backup/task/${task}`,
      );
      if (pushed === undefined) return undefined;
      const lines = pushed.body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      return Object.fromEntries(
        lines.map((line) => line.split(" ")).map(([name = "", value]) => [name, Number(value)]),
      );
    },
    heartbeats: () => news.filter(({ method, path }) => method === "GET" && path === heartbeatPath).length,
    answer: (next) => {
      status = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
