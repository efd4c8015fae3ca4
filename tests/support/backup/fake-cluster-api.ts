// The few answers of a cluster's API that a snapshot asks for: what is served, and lists in pages.
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { freePort } from "../free-port.ts";
import type { Bench } from "./bench.ts";

export interface FakeClusterApi {
  readonly environment: Readonly<Record<string, string>>;
  /** The next so many requests are answered with this status. */
  readonly fail: (status: number, times: number) => void;
  readonly stop: () => Promise<void>;
}

const token = "token-of-the-pod";
const resource = (name: string, ...verbs: readonly string[]) => ({ name, verbs });
const item = (name: string) => ({ metadata: { name, managedFields: [{ manager: "kubectl" }] } });

const core = ["configmaps", "secrets", "events", "namespaces"].map((name) => resource(name, "get", "list"));
const documents: Readonly<Record<string, unknown>> = {
  "/api/v1": { resources: [...core, resource("pods/log", "get"), resource("bindings", "create")] },
  "/apis": {
    groups: [
      { name: "apps", preferredVersion: { groupVersion: "apps/v1" } },
      { name: "metrics.k8s.io", preferredVersion: { groupVersion: "metrics.k8s.io/v1beta1" } },
      { name: "away.example", preferredVersion: { groupVersion: "away.example/v1" } },
    ],
  },
  "/apis/apps/v1": { resources: [resource("deployments", "get", "list"), resource("deployments/scale", "get")] },
  "/apis/metrics.k8s.io/v1beta1": { resources: [resource("pods", "get", "list")] },
  "/apis/apps/v1/deployments": { items: [item("web"), item("sidekiq")], metadata: {} },
};
/** Of two pages. */
const pages: Readonly<Record<string, unknown>> = {
  "": { items: [item("first")], metadata: { continue: "a+b" } },
  "a+b": { items: [item("second")], metadata: {} },
};

export async function startClusterApi({ folder }: Bench): Promise<FakeClusterApi> {
  const port = await freePort();
  let failing = { status: 0, left: 0 };
  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? "", "http://api");
    if (failing.left > 0) {
      failing.left -= 1;
      return send(answer, failing.status, {});
    }
    if (request.headers.authorization !== `Bearer ${token}`) return send(answer, 401, { message: "Unauthorized" });
    if (url.pathname === "/api/v1/configmaps") return send(answer, 200, pages[url.searchParams.get("continue") ?? ""]);
    if (url.pathname.startsWith("/apis/away.example")) return send(answer, 404, {});
    const document = documents[url.pathname];
    return send(answer, document === undefined ? 403 : 200, document ?? { message: "forbidden" });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  const account = join(folder, "account");
  mkdirSync(account, { recursive: true });
  writeFileSync(join(account, "token"), token);
  writeFileSync(join(account, "ca.crt"), "");
  return {
    environment: { CLUSTER_API: `http://127.0.0.1:${port}`, CLUSTER_ACCOUNT_FOLDER: account },
    fail: (status, times) => {
      failing = { status, left: times };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
