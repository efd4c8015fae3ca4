// kubectl over the tailnet on a real API server: the proxy's account makes requests in the names of others, and the server says what they may do.
// Tailscale's proxy itself is not here; its requests are made as it makes them (k8s-operator/api-proxy, v1.104).
import { readFileSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { adminApi, type Api, pathOf } from "../../local/cluster/api.ts";
import { endpointOf } from "../../local/cluster/arguments.ts";
import { startCluster } from "../../local/cluster/index.ts";

import { clusterPaths } from "../../local/cluster/paths.ts";
import { readRecord } from "../../local/cluster/record.ts";
import { stackFile, withSecrets } from "../stacks.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";
import { renderedManifests } from "../support/manifests.ts";

const id = "kubectl";
const home = temporaryHome();
const operator = "operator@social.example";
const moderator = "moderator@social.example";
const ci = "ci-1.tail1a2b3.ts.net";
const operators = ["tailnet:operators"];

let api: Api;
let agent: Agent;
let endpoint: string;
let token: string;

interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
}

/** The status of a request that the proxy's account makes in somebody's name. */
async function status(method: string, path: string, { user, groups }: Caller, body?: object): Promise<number> {
  const caller = { "Impersonate-User": user, ...(groups.length > 0 && { "Impersonate-Group": [...groups] }) };
  return await send(method, path, caller, body);
}

/** The status of a request that the account makes in its own name. */
async function own(path: string): Promise<number> {
  return await send("GET", path, {});
}

async function send(method: string, path: string, caller: OutgoingHttpHeaders, body?: object): Promise<number> {
  const headers = {
    Authorization: `Bearer ${token}`,
    "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
    ...caller,
  };
  return await new Promise((resolve, reject) => {
    const sent = request(`${endpoint}${path}`, { method, agent, headers }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.once("error", reject);
    sent.end(body && JSON.stringify(body));
  });
}

const applied = ["Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Secret"];

beforeAll(async () => {
  const raw = {
    ...withSecrets(stackFile("prod")),
    tailnet: {
      operators: [operator],
      moderators: [moderator],
      kubectl: { enabled: true, domain: "tail1a2b3.ts.net", machines: ["ci-1"] },
    },
  };
  const manifests = await renderedManifests(raw, "prod");
  await startCluster(home, { id, name: id, version: "1.36.3-do.0", serviceSubnet: "10.101.0.0/16" });
  const paths = clusterPaths(home, id);
  const record = readRecord(paths);
  if (!record) throw new Error("the cluster left no record");
  api = adminApi(paths, record);
  endpoint = endpointOf(record);
  agent = new Agent({ keepAlive: true, ca: readFileSync(join(paths.pki, "ca.crt")) });
  const wanted = manifests.filter(
    ({ kind, metadata: { name, namespace } }) =>
      applied.includes(kind) &&
      (name === "mastodon" || [name, namespace ?? ""].some((one) => one.startsWith("tailnet-kubernetes"))),
  );
  for (const kind of applied)
    for (const one of wanted.filter((manifest) => manifest.kind === kind))
      await api.call("PATCH", `${pathOf(one)}?fieldManager=pulumi&force=true`, one, "apply");
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const answer = await api.call(
    "POST",
    "/api/v1/namespaces/tailnet-kubernetes/serviceaccounts/kubernetes-1/token",
    review,
  );
  token = z.object({ status: z.object({ token: z.string() }) }).parse(answer).status.token;
}, 1_200_000);

afterAll(async () => {
  agent.destroy();
  api.close();
  await removeHome(home);
});

describe("the proxy acts for", () => {
  test("an operator, with the group that the policy names", async () => {
    expect(await status("GET", "/api/v1/namespaces/mastodon/pods", { user: operator, groups: operators })).toBe(200);
  });

  test("a machine that the settings name, and no other", async () => {
    const groups = ["tailnet:ci"];
    expect(await status("GET", "/api/v1/nodes", { user: ci, groups })).toBe(200);
    expect(await status("GET", "/api/v1/nodes", { user: "ci-2.tail1a2b3.ts.net", groups })).toBe(403);
  });

  test.each([
    ["Kubernetes' administrators", operator, ["system:masters"]],
    ["an administrators' group beside its own", operator, [...operators, "system:masters"]],
    ["a component of Kubernetes", "system:kube-controller-manager", []],
    ["an account of the cluster", "system:serviceaccount:kube-system:default", []],
    ["somebody who reaches no Kubernetes", moderator, ["tailnet:moderators"]],
    ["a tag, as it names machines without a capability", ci, ["tag:ci"]],
  ])("never for %s", async (_, user, groups) => {
    expect(await status("GET", "/api/v1/namespaces/mastodon/pods", { user, groups })).toBe(403);
  });

  test("nobody without being told whom", async () => {
    expect(await status("GET", "/api/v1/namespaces/mastodon/pods", { user: operator, groups: [] })).toBe(403);
  });
});

describe("an operator", () => {
  const caller = { user: operator, groups: operators };
  const missing = "/api/v1/namespaces/mastodon/pods/none";

  test("throws pods away, runs jobs again and restarts in the server's namespace", async () => {
    expect(await status("DELETE", missing, caller)).toBe(404); // allowed, and not there
    expect(await status("PATCH", "/apis/apps/v1/namespaces/mastodon/deployments/none", caller, {})).toBe(404);
    expect(await status("POST", "/apis/batch/v1/namespaces/mastodon/jobs", caller, {})).not.toBe(403);
  });

  test("looks into its pods", async () => {
    expect(await status("POST", `${missing}/exec?command=true`, caller)).not.toBe(403);
  });

  test("drains nodes", async () => {
    expect(await status("PATCH", "/api/v1/nodes/none", caller, {})).toBe(404);
    expect(await status("POST", `${missing}/eviction`, caller, {})).not.toBe(403);
  });

  test.each([
    ["reads no secret of the server", "GET", "/api/v1/namespaces/mastodon/secrets"],
    ["reads no secret of the machines", "GET", "/api/v1/namespaces/tailnet-kubernetes/secrets/kubernetes-1"],
    ["looks into no pod of the platform", "POST", "/api/v1/namespaces/kube-system/pods/none/exec?command=true"],
    ["throws away no pod of the platform", "DELETE", "/api/v1/namespaces/kube-system/pods/none"],
    ["gives no rights", "POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"],
    ["makes no tokens of accounts", "POST", "/api/v1/namespaces/mastodon/serviceaccounts/default/token"],
    ["removes no claim of a disk", "DELETE", "/api/v1/namespaces/mastodon/persistentvolumeclaims/none"],
    ["removes no namespace", "DELETE", "/api/v1/namespaces/mastodon"],
  ])("%s", async (_, method, path) => {
    expect(await status(method, path, caller, method === "POST" ? {} : undefined)).toBe(403);
  });
});

describe("CI, which may look", () => {
  const caller = { user: ci, groups: ["tailnet:ci"] };

  test.each([
    ["changes nothing", "PATCH", "/apis/apps/v1/namespaces/mastodon/deployments/none"],
    ["throws nothing away", "DELETE", "/api/v1/namespaces/mastodon/pods/none"],
    ["looks into no pod", "POST", "/api/v1/namespaces/mastodon/pods/none/exec?command=true"],
    ["reads no secret", "GET", "/api/v1/namespaces/mastodon/secrets"],
  ])("%s", async (_, method, path) => {
    expect(await status(method, path, caller, method === "GET" ? undefined : {})).toBe(403);
  });
});

test("the machine itself reads its own identity and the certificate, and nothing else", async () => {
  const secrets = "/api/v1/namespaces/tailnet-kubernetes/secrets";
  expect(await own(`${secrets}/kubernetes-1`)).toBe(200);
  expect(await own(`${secrets}/social-kubernetes.tail1a2b3.ts.net`)).toBe(200);
  expect(await own(`${secrets}/kubernetes-2`)).toBe(403);
  expect(await own(secrets)).toBe(403);
  expect(await own("/api/v1/namespaces/mastodon/pods")).toBe(403);
});
