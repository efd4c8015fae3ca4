// A proxy in front of a real server that makes chosen requests fail, as networks and busy servers do.
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { freePort } from "../free-port.ts";

/** One kind of failure. The first that fits a request and is not used up is taken. */
interface Fault {
  /** For example PUT. Any method where none is told. */
  readonly method?: string;
  /** What the path contains. */
  readonly path: string;
  /** How often; for ever where not told. */
  readonly times?: number;
  /** Status that is answered. "held" is no answer at all: the request waits until the proxy ends, and `reached` tells that it came. */
  readonly answer: number | "held";
}

export interface FaultProxy {
  readonly url: string;
  /** From now on; replaces what was told before. */
  readonly fail: (...faults: readonly Fault[]) => void;
  /** How many requests were made to fail since `fail`. */
  readonly failed: () => number;
  /** Is done when a request that fits a "held" fault has come. */
  readonly reached: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const slowDown =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';

/** @param target port of the server on the loopback */
export async function startFaultProxy(target: number): Promise<FaultProxy> {
  const port = await freePort();
  let faults: readonly { readonly fault: Fault; left: number }[] = [];
  let count = 0;
  let arrived = Promise.withResolvers<void>();

  const server = createServer((incoming, outgoing) => {
    const chosen = faults.find(({ fault, left }) => left > 0 && fits(fault, incoming));
    if (chosen === undefined) return forward(incoming, outgoing, target);
    chosen.left -= 1;
    count += 1;
    const { answer } = chosen.fault;
    if (answer === "held") return arrived.resolve();
    // The body is read to its end first: a client that is still writing would see a broken connection instead of the answer.
    incoming.resume().on("end", () => {
      outgoing.writeHead(answer, { "content-type": "application/xml" }).end(slowDown);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });

  return {
    url: `http://127.0.0.1:${port}`,
    fail: (...told) => {
      faults = told.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
      count = 0;
      arrived = Promise.withResolvers();
    },
    failed: () => count,
    reached: () => arrived.promise,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function fits({ method, path }: Fault, incoming: IncomingMessage): boolean {
  return (method === undefined || method === incoming.method) && decodeURIComponent(incoming.url ?? "").includes(path);
}

/** The header Host stays the client's own: it is part of what S3's signature covers. */
function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const { method, url, headers } = incoming;
  const onward = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.on("error", () => onward.destroy());
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}
