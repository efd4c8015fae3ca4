// A server behind the edge that writes down what reaches it and answers as the test says; with a certificate it speaks TLS.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";

export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What to answer; `hang up` ends the connection without a word. */
type Answering = (request: Arrived) => Answer | "hang up" | Promise<Answer | "hang up">;

interface Keys {
  readonly certificate: string;
  readonly chain: string;
  readonly privateKey: string;
}

export class FakeUpstream {
  readonly arrived: Arrived[] = [];
  /** Paths of requests of which at least the head has come. */
  readonly begun: string[] = [];
  answer: Answering = () => ({ body: "ok" });
  readonly #server: Server;
  readonly #connections = new Map<Socket, number>();

  constructor(keys?: Keys) {
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    this.#server =
      keys === undefined
        ? createServer(serve)
        : createTlsServer({ cert: `${keys.certificate}\n${keys.chain}`, key: keys.privateKey }, serve);
    this.#server.on("connection", (socket: Socket) => this.#connections.set(socket, this.#connections.size + 1));
    // A websocket that says everything twice.
    this.#server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
      this.#write(request, "");
      socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      socket.on("data", (bytes: Buffer) => socket.write(Buffer.concat([bytes, bytes])));
      socket.on("error", () => socket.destroy());
    });
  }

  /** @returns its port on the loopback */
  async start(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the fake listens on no port");
    return address.port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#connections.keys()) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** Forgets what came, and answers everything with `ok` again. */
  reset(): void {
    this.arrived.length = 0;
    this.begun.length = 0;
    this.answer = () => ({ body: "ok" });
  }

  #write(request: IncomingMessage, body: string): Arrived {
    const { method = "", url = "", headers, socket } = request;
    const arrived = { method, url, headers, body, connection: this.#connections.get(socket) ?? 0 };
    this.arrived.push(arrived);
    return arrived;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.begun.push(request.url ?? "");
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(Buffer.from(part));
    const answer = await this.answer(this.#write(request, Buffer.concat(parts).toString()));
    if (answer === "hang up") {
      response.destroy();
      return;
    }
    response.writeHead(answer.status ?? 200, { ...answer.headers });
    response.end(answer.body ?? "");
  }
}
