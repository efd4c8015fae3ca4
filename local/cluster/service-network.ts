// The part of the cluster's service network that the API server itself needs: the way to the servers behind it. No pod really runs, so
// what KEDA's metrics server tells of itself is answered here; without an answer Kubernetes ends no namespace.
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { stringify } from "yaml";
import { writeAtomically } from "../processes/files.ts";
import type { ClusterPaths } from "./paths.ts";

/** `address:port` of Services that are answered here; the supervisor's loop fills it. */
export const answered = new Set<string>();

const metricsApi = "/apis/external.metrics.k8s.io/v1beta1";

/** What KEDA 2.19 tells of its only resource. */
const resources = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: "external.metrics.k8s.io/v1beta1",
  resources: [
    { name: "externalmetrics", singularName: "", namespaced: true, kind: "ExternalMetricValueList", verbs: ["get"] },
  ],
};

/** Starts it on a free port of the loopback, and writes down for the API server where that is. */
export async function startServiceNetwork(paths: ClusterPaths): Promise<void> {
  const file = (name: string) => readFileSync(join(paths.pki, name));
  const own = { cert: file("apiserver.crt"), key: file("apiserver.key") };
  const metrics = createServer(own, answerDiscovery);
  // Loopback is open to every user of the machine: only holders of the cluster's certificates get through.
  const limits = { ca: file("ca.crt"), requestCert: true, rejectUnauthorized: true };
  const server = createServer({ ...own, ...limits }, (_, response) => response.writeHead(405).end());
  server.on("connect", ({ url = "" }: IncomingMessage, socket: Socket) => {
    socket.on("error", () => socket.destroy());
    if (!answered.has(url)) return passOn(url, socket);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    metrics.emit("connection", socket);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ port: 0, host: "127.0.0.1" }, resolve);
  await promise;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on a port has such an address
  const { port } = server.address() as AddressInfo;
  writeAtomically(paths.egressConfig, egressConfiguration(port, paths));
}

/** Everything else goes where it went without this: a program on this machine answers, a simulated pod does not. */
function passOn(target: string, socket: Socket): void {
  const to = URL.parse(`http://${target}`);
  if (!to) return void socket.destroy();
  const onward = connect({ host: to.hostname.replace(/^\[|\]$/g, ""), port: Number(to.port || 80) });
  onward.on("connect", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.pipe(onward).pipe(socket);
  });
  onward.on("error", () => socket.destroy());
  onward.on("close", () => socket.destroy());
  socket.on("close", () => onward.destroy());
}

/** Metrics themselves it has none: an autoscaler that asks is told so, and scales nothing. */
function answerDiscovery({ url }: IncomingMessage, response: ServerResponse): void {
  const found = url?.split("?")[0] === metricsApi;
  const absent = { kind: "Status", apiVersion: "v1", status: "Failure", code: 404, reason: "NotFound" };
  const body = found ? resources : { ...absent, message: "no metrics: pods of the local cloud do not really run" };
  response.writeHead(found ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function egressConfiguration(port: number, { pki }: ClusterPaths): string {
  const tlsConfig = {
    caBundle: join(pki, "ca.crt"),
    clientCert: join(pki, "apiserver-etcd.crt"),
    clientKey: join(pki, "apiserver-etcd.key"),
  };
  const connection = {
    proxyProtocol: "HTTPConnect",
    transport: { tcp: { url: `https://127.0.0.1:${port}`, tlsConfig } },
  };
  return stringify({
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [{ name: "cluster", connection }],
  });
}
