// A small client of the Kubernetes API for the supervisor. Not @kubernetes/client-node: loading that takes 1.2 s and 100 MB
// (measured 2026-11-23 on 2 cores) in every plugin process and every supervisor, for the dozen calls made here.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { endpointOf } from "./arguments.ts";
import type { ClusterPaths } from "./paths.ts";
import type { ClusterRecord } from "./record.ts";

/** The API server refused; `status` is the HTTP status, the message is the server's own. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Verb = "GET" | "POST" | "PATCH" | "DELETE";

const contentTypes = {
  json: "application/json",
  merge: "application/merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

/** An object as the API takes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

export interface Api {
  /** Sends one request; throws ApiError when the server refuses, and whatever the connection throws when there is none. */
  call<T>(verb: Verb, path: string, body?: unknown, type?: keyof typeof contentTypes): Promise<T>;
  /** Creates the object, or makes the existing one agree (server-side apply). */
  apply(object: Manifest): Promise<void>;
  close(): void;
}

/** A client with the administrator's certificate. */
export function adminApi(paths: ClusterPaths, record: ClusterRecord): Api {
  const file = (name: string) => readFileSync(join(paths.pki, name));
  const agent = new Agent({ keepAlive: true, ca: file("ca.crt"), cert: file("admin.crt"), key: file("admin.key") });
  const call = <T>(verb: Verb, path: string, body?: unknown, type: keyof typeof contentTypes = "json") =>
    send<T>(agent, verb, `${endpointOf(record)}${path}`, body, contentTypes[type]);
  return {
    call,
    apply: async (object) => {
      await call("PATCH", `${pathOf(object)}?fieldManager=local-cluster&force=true`, object, "apply");
    },
    close: () => agent.destroy(),
  };
}

/** Nothing where what is asked for, or its kind, does not exist. */
export async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** The path of one object. */
export function pathOf({ apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${root}${namespace}/${plural(kind)}/${metadata.name}`;
}

/** Kinds used here follow the rule for plurals but for one ending. */
function plural(kind: string): string {
  const lower = kind.toLowerCase();
  return lower.endsWith("s") ? `${lower}es` : lower.endsWith("y") ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

async function send<T>(agent: Agent, method: Verb, url: string, body: unknown, contentType: string): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    accept: "application/json",
    ...(payload === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(payload) }),
  };
  const outgoing = request(url, { agent, method, headers, timeout: 30_000 }, (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("error", reject);
    response.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const status = response.statusCode ?? 0;
      const isJson = response.headers["content-type"]?.includes("json") ?? false;
      if (status >= 400)
        reject(new ApiError(status, `${method} ${url}: ${isJson ? messageOf(text) : text.slice(0, 500)}`));
      else resolve(JSON.parse(isJson ? text : JSON.stringify(text))); // health checks answer in plain text
    });
  });
  outgoing.on("timeout", () => outgoing.destroy(new Error(`${method} ${url}: no answer within 30 s`)));
  outgoing.on("error", reject);
  outgoing.end(payload);
  return promise;
}

function messageOf(json: string): string {
  const body: { message?: unknown } = JSON.parse(json);
  return String(body.message);
}
