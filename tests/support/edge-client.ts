// A client of the edge, as the load balancer shows it: nothing is cleaned up on the way, so that a test can say anything.
import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The address that the load balancer appends where a test does not care. */
const someClient = "203.0.113.7";

/** One request on a connection of its own. */
export function ask(port: number, host: string, path: string, asked: Asked = {}): Promise<Reply> {
  const { method = "GET", headers = {}, body } = asked;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        agent: false,
        headers: { host, "x-forwarded-for": someClient, ...headers },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString(),
          }),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** A connection on which a test writes bytes itself, and waits for what comes back. */
export class RawConnection {
  #received = "";
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.#received += bytes.toString("latin1");
    });
    socket.on("error", () => socket.destroy());
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new RawConnection(socket);
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** Waits until the given text has come. */
  async until(text: string): Promise<string> {
    while (!this.#received.includes(text)) {
      if (this.#socket.destroyed) throw new Error(`the connection ended after: ${this.#received}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.#received;
  }

  /** Waits until the other side has ended the connection, and gives everything that came. */
  async ended(): Promise<string> {
    while (!this.#socket.destroyed && !this.#socket.readableEnded)
      await new Promise((resolve) => setTimeout(resolve, 10));
    return this.#received;
  }

  /** For somebody else to go on with. */
  release(): Socket {
    this.#socket.removeAllListeners("data");
    return this.#socket;
  }

  close(): void {
    this.#socket.destroy();
  }
}
