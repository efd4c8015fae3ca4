// The real nginx where TLS ends at the edge: the load balancer's PROXY header, the certificate's coming and its renewal.
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { certificateMaker } from "../support/certificate-samples.ts";
import { ask, RawConnection } from "../support/edge-client.ts";
import { domains, type EdgeUnderTest, startEdge } from "../support/edge-under-test.ts";
import { findNginx } from "../support/real-nginx.ts";

const program = await findNginx();
const hosts = Object.values(domains);

/** What the load balancer says ahead of the bytes that it passes on. */
const announced = (client: string) => {
  const family = client.includes(":") ? "TCP6" : "TCP4";
  return `PROXY ${family} ${client} ${family === "TCP6" ? "2001:db8::a" : "203.0.113.10"} 51234 443\r\n`;
};

/** Asks over TLS through the load balancer, with HTTP/1.1, and gives everything that came back. */
async function askTls(port: number, host: string, request: string, client = "203.0.113.7"): Promise<string> {
  const socket = await tlsTo(port, host, client);
  try {
    const connection = new RawConnection(socket);
    connection.write(`${request.replaceAll("\n", "\r\n")}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return await connection.ended();
  } finally {
    socket.destroy();
  }
}

async function tlsTo(port: number, servername: string, client: string): Promise<TLSSocket> {
  const plain = await RawConnection.open(port);
  plain.write(announced(client));
  return new Promise((resolve, reject) => {
    // Who signed the certificate is not what is tested.
    const socket = connectTls({ socket: plain.release(), servername, rejectUnauthorized: false }, () =>
      resolve(socket),
    );
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the connection ended before TLS began")));
  });
}

describe.skipIf(program === undefined)("TLS at the edge", () => {
  let edge: EdgeUnderTest;

  beforeAll(async () => {
    const leaf = await (await certificateMaker()).leaf(hosts);
    const certificate = { certificate: `${leaf.certificate}\n${leaf.chain}`, privateKey: leaf.privateKey };
    edge = await startEdge(program ?? "", { changes: { endsTls: true }, certificate });
  });
  beforeEach(() => {
    for (const fake of [edge.web, edge.streaming, edge.solver]) fake.reset();
  });
  afterAll(() => edge?.stop());

  test.each(["203.0.113.7", "2001:db8::7"])("%s is known by the load balancer's header alone", async (client) => {
    const forged = "GET / HTTP/1.1\nX-Forwarded-For: 192.0.2.66\nX-Real-IP: 192.0.2.66\nForwarded: for=192.0.2.66";
    expect(await askTls(edge.nginx.ports.https, domains.web, forged, client)).toMatch(/^HTTP\/1.1 200 OK/);
    const { headers } = edge.web.arrived[0] ?? {};
    expect([headers?.["x-forwarded-for"], headers?.["x-real-ip"]]).toEqual([client, client]);
    expect(JSON.stringify(headers)).not.toContain("192.0.2.66");
  });

  test("a client that writes the header itself, after the load balancer's, is turned away", async () => {
    const connection = await RawConnection.open(edge.nginx.ports.http);
    connection.write(
      `${announced("203.0.113.7")}${announced("192.0.2.66")}GET / HTTP/1.1\r\nHost: ${domains.web}\r\n\r\n`,
    );
    expect(await connection.ended()).toMatch(/^HTTP\/1.1 400/);
  });

  test("bytes without the header are no request at all", async () => {
    const connection = await RawConnection.open(edge.nginx.ports.http);
    connection.write(`GET / HTTP/1.1\r\nHost: ${domains.web}\r\n\r\n`);
    expect(await connection.ended()).toBe("");
  });

  test("plain HTTP is sent to TLS, on the same host and path", async () => {
    const connection = await RawConnection.open(edge.nginx.ports.http);
    connection.write(
      `${announced("203.0.113.7")}GET /@ada?a=1 HTTP/1.1\r\nHost: ${domains.web}\r\nConnection: close\r\n\r\n`,
    );
    const answer = await connection.ended();
    expect(answer).toMatch(/^HTTP\/1.1 301/);
    expect(answer).toContain(`Location: https://${domains.web}/@ada?a=1\r\n`);
    expect(edge.web.arrived).toEqual([]);
  });

  test("HTTP/2 is offered", async () => {
    const plain = await RawConnection.open(edge.nginx.ports.https);
    plain.write(announced("203.0.113.7"));
    const socket = connectTls({
      socket: plain.release(),
      servername: domains.web,
      rejectUnauthorized: false,
      ALPNProtocols: ["h2", "http/1.1"],
    });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    expect(socket.alpnProtocol).toBe("h2");
    socket.destroy();
  });

  test("another host's name is not even shown a certificate", async () => {
    await expect(tlsTo(edge.nginx.ports.https, "elsewhere.example", "203.0.113.7")).rejects.toThrow();
  });

  test("closed paths are closed here too", async () => {
    for (const path of ["/sidekiq", "/pghero", "/metrics"])
      expect(await askTls(edge.nginx.ports.https, domains.web, `GET ${path} HTTP/1.1`)).toMatch(/^HTTP\/1.1 404/);
    expect(await askTls(edge.nginx.ports.https, domains.streaming, "GET /metrics HTTP/1.1")).toMatch(/^HTTP\/1.1 404/);
    expect([...edge.web.arrived, ...edge.streaming.arrived]).toEqual([]);
  });

  test("limits count the address of the header", async () => {
    const answers: string[] = [];
    for (let count = 0; count < 40; count += 1)
      answers.push(
        (await askTls(edge.nginx.ports.https, domains.web, "POST /auth HTTP/1.1\nContent-Length: 0")).slice(9, 12),
      );
    expect(new Set(answers)).toEqual(new Set(["200", "429"]));
    const other = await askTls(
      edge.nginx.ports.https,
      domains.web,
      "POST /auth HTTP/1.1\nContent-Length: 0",
      "203.0.113.8",
    );
    expect(other).toMatch(/^HTTP\/1.1 200/);
  });

  test("probes and cert-manager come in without the header", async () => {
    expect((await ask(edge.nginx.ports.inside, "10.100.0.7", "/healthz")).status).toBe(200);
    edge.solver.answer = ({ url }) => ({ body: `proof of ${url}` });
    const path = "/.well-known/acme-challenge/token";
    for (const host of hosts)
      expect(await ask(edge.nginx.ports.inside, host, path)).toMatchObject({ status: 200, body: `proof of ${path}` });
  });
});

describe.skipIf(program === undefined)("the edge's certificate", () => {
  test("nginx runs before there is one, takes the first, and a new one, without an end of connections", async () => {
    const edge = await startEdge(program ?? "", { changes: { endsTls: true } });
    const { nginx } = edge;
    const shown = async () => {
      const socket = await tlsTo(nginx.ports.https, domains.web, "203.0.113.7").catch(() => undefined);
      const name = socket?.getPeerCertificate().fingerprint256;
      socket?.destroy();
      return name;
    };
    /** The certificate that is shown, as soon as it is another. */
    const after = async (before: string | undefined) => {
      let now: string | undefined;
      const isAnother = async () => {
        now = await shown();
        return now !== undefined && now !== before;
      };
      await expect.poll(isAnother, { timeout: 20_000 }).toBe(true);
      return now;
    };
    try {
      expect((await ask(nginx.ports.inside, "10.100.0.7", "/healthz")).status).toBe(200);
      expect(await shown()).toBeUndefined();
      const maker = await certificateMaker();
      nginx.giveCertificate(await maker.leaf(hosts));
      const first = await after(undefined);
      const websocket = new RawConnection(await tlsTo(nginx.ports.https, domains.streaming, "203.0.113.7"));
      websocket.write(
        `GET /api/v1/streaming HTTP/1.1\r\nHost: ${domains.streaming}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      await websocket.until("101 Switching Protocols");
      nginx.giveCertificate(await maker.leaf(hosts));
      await after(first);
      websocket.write("still");
      await websocket.until("stillstill");
      websocket.close();
    } finally {
      await edge.stop();
    }
  });
});
