// Mastodon's upgrades on the local cloud: in which order, what stops them, what a failed migration leaves, and the ways on and back.
import { join } from "node:path";
import { KubeConfig, type V1Deployment, type V1Job } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failPods, mendPods } from "../../local/cluster/failing-pods.ts";
import { kubeconfigPath } from "../../local/home.ts";
import { clientOf, type TestClient } from "../cluster/support.ts";
import { type Finished, removeHome, runLocal, temporaryHome } from "../support/local-cloud.ts";
import { planOf, writeSettings } from "../support/plan.ts";

const minutes = 60_000;
const namespace = "mastodon";
const home = temporaryHome();
const settings = join(home, "settings.yaml");
const kubeconfig = new KubeConfig();
let client: TestClient;

/** The smallest server that has everything that an upgrade touches. */
const small = { "metrics.enabled": false, "autoscaling.enabled": false };

function write(version: string): void {
  writeSettings(settings, { ...small, "mastodon.version": version });
}

async function up(version: string): Promise<Finished> {
  write(version);
  return runLocal(home, "up", "--settings", settings);
}

const jobs = async (): Promise<V1Job[]> =>
  (await client.batch.listNamespacedJob({ namespace })).items.filter(({ metadata }) =>
    /^(dump|migrate)/.test(metadata?.name ?? ""),
  );

/** Each Job of an upgrade as `dump-before 4.6.7`, with its end. */
async function jobEnds(): Promise<Record<string, string>> {
  return Object.fromEntries(
    (await jobs()).map(({ metadata, status }) => {
      const kind = /^[a-z-]+(?=-\d)/.exec(metadata?.name ?? "")?.[0];
      const end = status?.conditions?.find(({ type, status: is }) => is === "True" && /^(Complete|Failed)$/.test(type));
      return [`${kind} ${metadata?.labels?.["app.kubernetes.io/version"]}`, end?.type ?? "running"];
    }),
  );
}

/** Of the Job whose name begins so. */
const idOf = async (start: string) =>
  (await jobs()).find(({ metadata }) => metadata?.name?.startsWith(start))?.metadata?.uid;

const rails = async (): Promise<V1Deployment[]> =>
  (await client.apps.listNamespacedDeployment({ namespace })).items.filter(
    ({ metadata }) => metadata?.name !== "edge" && metadata?.name !== "metrics",
  );

/** The version that all pods of Rails and streaming are to run, and whether all of them do. */
async function running(): Promise<{ versions: string[]; unready: string[] }> {
  const deployments = await rails();
  const versions = deployments.flatMap(({ spec }) =>
    (spec?.template.spec?.containers ?? []).map(({ image }) => image?.split(":v")[1] ?? "none"),
  );
  const unready = deployments
    .filter(
      ({ spec, status }) => status?.readyReplicas !== spec?.replicas || status?.updatedReplicas !== spec?.replicas,
    )
    .map(({ metadata }) => metadata?.name ?? "");
  return { versions: [...new Set(versions)], unready };
}

const milliseconds = (date: Date | undefined) => (date === undefined ? Number.NaN : new Date(date).getTime());

/** Start and end of a Job, to the second. */
async function times(kind: string): Promise<[number, number]> {
  const job = (await jobs()).find(({ metadata }) => new RegExp(`^${kind}-\\d`).test(metadata?.name ?? ""));
  return [milliseconds(job?.status?.startTime), milliseconds(job?.status?.completionTime)];
}

const lastLines =
  'PG::UndefinedTable: ERROR: relation "accounts" does not exist\nThe migration failed, so nothing was rolled out';

beforeAll(async () => {
  write("4.6.7");
  const { code, text } = await runLocal(home, "start", "--settings", settings);
  expect(text).toContain("Workloads");
  expect(code).toBe(0);
  kubeconfig.loadFromFile(kubeconfigPath(home));
  client = clientOf(kubeconfig.exportConfig());
}, 15 * minutes);
afterAll(() => removeHome(home), 5 * minutes);

// One after the other on the same server: each begins where the one before ended.
describe("upgrades", () => {
  it("begin with a first install, which dumps, migrates and ends with the last migrations", async () => {
    expect(await jobEnds()).toEqual({
      "dump-before 4.6.7": "Complete",
      "migrate 4.6.7": "Complete",
      "migrate-after 4.6.7": "Complete",
    });
    expect(await running()).toEqual({ versions: ["4.6.7"], unready: [] });
  });

  it(
    "do nothing where nothing is to be done",
    async () => {
      const before = (await jobs()).map(({ metadata }) => metadata?.uid);
      const { code, text } = await up("4.6.7");
      expect(text).toMatch(/^No changes/mu);
      expect(code).toBe(0);
      expect((await jobs()).map(({ metadata }) => metadata?.uid)).toEqual(before);
    },
    5 * minutes,
  );

  it(
    "are refused at preview where a minor would be skipped",
    async () => {
      write("4.8.0");
      const { errors, steps } = await planOf(home, settings);
      expect(errors).toContain(
        'mastodon:mastodon.version: "4.8.0" cannot follow 4.6.7: each minor version must have run once, and 4.7 would be left out. ' +
          "Set it to 4.7.2 or a newer 4.7 first",
      );
      expect(steps).toEqual([]);
    },
    5 * minutes,
  );

  it(
    "stop at a failed migration with its last lines, and the old version goes on",
    async () => {
      const before = (await client.core.listNamespacedPod({ namespace })).items.map(({ metadata }) => metadata?.name);
      await failPods(kubeconfig, { app: "migrate-before", lastLines });
      const { code, text } = await up("4.7.2");
      expect(code).toBe(1);
      for (const line of lastLines.split("\n")) expect(text).toContain(line);
      expect(await running()).toEqual({ versions: ["4.6.7"], unready: [] });
      const after = (await client.core.listNamespacedPod({ namespace })).items.map(({ metadata }) => metadata?.name);
      for (const name of before.filter((pod) => !/^(dump|migrate|assets)/.test(pod ?? "")))
        expect(after).toContain(name);
      expect(await jobEnds()).toMatchObject({ "dump-before 4.7.2": "Complete", "migrate 4.7.2": "Failed" });
      expect(Object.keys(await jobEnds())).not.toContain("migrate-after 4.7.2");
    },
    10 * minutes,
  );

  it(
    "fail again as long as the cause is there, in a new Job, while the dump is not made again",
    async () => {
      const [dump, failed] = [await idOf("dump-before-4-7-2"), await idOf("migrate-4-7-2")];
      expect((await up("4.7.2")).code).toBe(1);
      expect(await idOf("dump-before-4-7-2")).toBe(dump);
      expect([failed, undefined]).not.toContain(await idOf("migrate-4-7-2"));
      expect(await running()).toEqual({ versions: ["4.6.7"], unready: [] });
    },
    10 * minutes,
  );

  it(
    "can be given up: the old version set again is brought to an end",
    async () => {
      await mendPods(kubeconfig);
      const { code, text } = await up("4.6.7");
      expect(text).toContain("Workloads");
      expect(code).toBe(0);
      expect(await running()).toEqual({ versions: ["4.6.7"], unready: [] });
      expect(await jobEnds()).toEqual({
        "dump-before 4.6.7": "Complete",
        "migrate 4.6.7": "Complete",
        "migrate-after 4.6.7": "Complete",
      });
    },
    10 * minutes,
  );

  it(
    "dump first, then migrate, then roll, and migrate the rest when all has rolled; old Jobs go",
    async () => {
      const { code, text } = await up("4.7.2");
      expect(text).toContain("Workloads");
      expect(code).toBe(0);
      expect(await running()).toEqual({ versions: ["4.7.2"], unready: [] });
      expect(await jobEnds()).toEqual({
        "dump-before 4.7.2": "Complete",
        "migrate 4.7.2": "Complete",
        "migrate-after 4.7.2": "Complete",
      });
      const sets = (await client.apps.listNamespacedReplicaSet({ namespace })).items.filter(({ spec }) =>
        spec?.template?.spec?.containers.some(({ image }) => image?.endsWith(":v4.7.2")),
      );
      const rolls = sets.map(({ metadata }) => milliseconds(metadata?.creationTimestamp));
      expect(rolls.length).toBe((await rails()).length);
      const [, dumped] = await times("dump-before");
      const [migrating, migrated] = await times("migrate");
      const [finishing] = await times("migrate-after");
      expect(dumped).toBeLessThanOrEqual(migrating);
      expect(migrated).toBeLessThanOrEqual(Math.min(...rolls));
      expect(Math.max(...rolls)).toBeLessThanOrEqual(finishing);
    },
    10 * minutes,
  );

  it(
    "are not taken back past the last migrations, unless somebody states that the database is fit",
    async () => {
      write("4.6.7");
      expect((await planOf(home, settings)).errors).toContain("is older than 4.7.2");
      writeSettings(settings, { ...small, "mastodon.version": "4.6.7", "mastodon.upgrades.downgradeTo": "4.6.7" });
      const { errors, steps } = await planOf(home, settings);
      expect(errors).toBe("");
      expect(steps).toContain("update mastodon-web");
    },
    5 * minutes,
  );
});
