// A real API server takes every manifest of both production stacks and of each option, and its admission takes every pod of them.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { adminApi, type Api, ApiError, pathOf } from "../../local/cluster/api.ts";
import { startCluster } from "../../local/cluster/index.ts";
import { clusterPaths } from "../../local/cluster/paths.ts";
import { readRecord } from "../../local/cluster/record.ts";
import { type ManifestSet, manifestSets } from "../lint/rendered.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";
import { type Manifest, nameOf } from "../support/manifests.ts";

const id = "accepted";
const home = temporaryHome();
let api: Api;
let sets: ManifestSet[];

beforeAll(async () => {
  sets = await manifestSets();
  await startCluster(home, { id, name: id, version: "1.36.3-do.0", serviceSubnet: "10.101.0.0/16" });
  const paths = clusterPaths(home, id);
  const record = readRecord(paths);
  if (!record) throw new Error("the cluster left no record");
  // Not the ordinary client: that drops fields which it does not know before anybody could refuse them.
  api = adminApi(paths, record);
  for (const manifest of fresh().filter(({ kind }) => real.includes(kind))) await apply(manifest);
}, 1_200_000);

afterAll(async () => {
  api.close();
  await removeHome(home);
});

const fresh = () => sets.flatMap((set) => set.fresh);

/** What others cannot be judged without. Everything else is judged and not kept, so that the sets do not meet. */
const real = ["CustomResourceDefinition", "Namespace", "PriorityClass", "ServiceAccount"];

const strictly = "fieldManager=pulumi&force=true&fieldValidation=Strict";

/** As the Kubernetes plugin does it: with server-side apply, which refuses unknown fields. */
const apply = (manifest: Manifest): Promise<unknown> =>
  api.call("PATCH", `${pathOf(manifest)}?${strictly}`, manifest, "apply");
const judge = (manifest: Manifest): Promise<unknown> =>
  api.call("PATCH", `${pathOf(manifest)}?${strictly}&dryRun=All`, manifest, "apply");

/** The server's refusal. A kind that was defined a moment ago is not served at once. */
async function refusal(manifest: Manifest): Promise<string[]> {
  for (let patience = 40; ; patience--) {
    try {
      await judge(manifest);
      return [];
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status !== 404 || patience === 0) return [`${nameOf(manifest)}: ${error.message}`];
      await sleep(250);
    }
  }
}

const podTemplate = z.object({ metadata: z.looseObject({}), spec: z.looseObject({}) });
const controller = z.object({ spec: z.object({ template: podTemplate }) });
const cronJob = z.object({ spec: z.object({ jobTemplate: controller }) });

/** The pod that the object makes, if it makes any. */
function podOf(manifest: Manifest): Manifest | undefined {
  const found = cronJob.safeParse(manifest).data?.spec.jobTemplate ?? controller.safeParse(manifest).data;
  if (!found) return undefined;
  const { metadata, spec } = found.spec.template;
  const { name, namespace } = manifest.metadata;
  const place = { name: `${manifest.kind.toLowerCase()}-${name}`, ...(namespace === undefined ? {} : { namespace }) };
  return { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, ...place }, spec };
}

describe("the API server", () => {
  test("takes every manifest of both stacks and of each option", async () => {
    expect(sets.map(({ name }) => name)).toEqual(expect.arrayContaining(["prod", "shop"]));
    const refused: string[] = [];
    for (const manifest of fresh()) refused.push(...(await refusal(manifest)));
    expect(refused).toEqual([]);
  }, 300_000);

  test("lets every pod into its namespace, all of which enforce the restricted standard", async () => {
    const namespaces = fresh().filter(({ kind }) => kind === "Namespace");
    for (const namespace of namespaces)
      expect(namespace.metadata["labels"], nameOf(namespace)).toMatchObject({
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": expect.stringMatching(/^v1\.\d+$/),
      });
    const pods = fresh().flatMap((manifest) => podOf(manifest) ?? []);
    const owned = namespaces.map(({ metadata }) => metadata.name);
    expect(new Set(pods.map(({ metadata }) => metadata.namespace))).toEqual(new Set(owned));
    const refused: string[] = [];
    for (const pod of pods) refused.push(...(await refusal(pod)));
    expect(refused).toEqual([]);
  }, 300_000);

  test("would refuse a pod that asks for more", async () => {
    const spec = { containers: [{ name: "root", image: "example.org/root:1" }] };
    for (const { metadata } of fresh().filter(({ kind }) => kind === "Namespace")) {
      const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "root", namespace: metadata.name }, spec };
      await expect(judge(pod), metadata.name).rejects.toThrow("violates PodSecurity");
    }
  });
});
