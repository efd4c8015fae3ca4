// The closed loop with the real thing: KEDA, Prometheus and the horizontal pod autoscaler scale the stack's own workloads.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { RawSettings } from "../../src/stack-file.ts";
import { stackFile } from "../stacks.ts";
import { startWorld, type World } from "../support/scaling/world.ts";
import { testHome } from "./support.ts";

/** The production shape, with times that a test can wait for. */
function hurried(): RawSettings {
  const down = { scaleDown: { stabilizationSeconds: 15, percent: 50, periodSeconds: 5 } };
  const seconds = { windowSeconds: 20 };
  const queues = ["default", "push", "ingress", "fasp", "pull", "mailers"];
  return {
    ...stackFile("prod"),
    metrics: { enabled: true, scrapeSeconds: 10 },
    autoscaling: {
      enabled: true,
      pollingSeconds: 5,
      web: { ...seconds, ...down },
      streaming: { ...seconds, ...down },
      sidekiq: { ...down, queues: Object.fromEntries(queues.map((queue) => [queue, seconds])) },
    },
    mastodon: {
      web: { replicas: 2, maxReplicas: 4 },
      streaming: { maxReplicas: 3 },
      sidekiq: {
        groups: {
          timelines: { queues: ["default"], maxReplicas: 2, threads: 10 },
          federation: { queues: ["push", "ingress", "fasp", "pull"], replicas: 2, maxReplicas: 8, threads: 10 },
          scheduler: { queues: ["scheduler", "mailers"], threads: 5 },
        },
      },
    },
    database: { postgresql: { size: "db-s-4vcpu-8gb", nodes: 2, clientsPerConnection: 2 } },
  };
}

const place = testHome();
const folder = mkdtempSync(join(tmpdir(), "scaling-"));
let world: World;
const mostSchedulers: number[] = [];

beforeAll(async () => {
  world = await startWorld(place.home, folder, hurried());
}, 1_800_000); // KEDA and Prometheus may have to be built first

afterAll(async () => {
  world?.exporter.end();
  await world?.processes.end();
  await place.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function replicas(name: string): Promise<{ readonly wanted: number; readonly ready: number }> {
  const { spec, status } = await world.client.apps.readNamespacedDeployment({ name, namespace: "mastodon" });
  return { wanted: spec?.replicas ?? -1, ready: status?.readyReplicas ?? 0 };
}

/** Waits for a state; the test's own limit ends the wait. Each look makes sure that the scheduler is alone. */
async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) {
    world.processes.check();
    mostSchedulers.push((await replicas("sidekiq-scheduler")).wanted);
    await sleep(500);
  }
}

const has = (name: string, count: number) => async () => {
  const { wanted, ready } = await replicas(name);
  return wanted === count && ready === count;
};

async function nodes(pool: string): Promise<number> {
  const { items } = await world.client.core.listNode({ labelSelector: `mastodon/pool=${pool}` });
  return items.length;
}

const statusShape = z.object({
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
      health: z.record(z.string(), z.object({ numberOfFailures: z.number() })).optional(),
    })
    .optional(),
});

async function scaledObject(name: string) {
  const metadata = { name, namespace: "mastodon" };
  const seen: unknown = await world.client.objects.read({
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata,
  });
  const { status } = statusShape.parse(seen);
  const failures = Object.values(status?.health ?? {}).map(({ numberOfFailures }) => numberOfFailures);
  return {
    failures,
    is: (type: string) => status?.conditions?.some((one) => one.type === type && one.status === "True"),
  };
}

describe("the closed loop", () => {
  test("lifts Deployments that say nothing of replicas to their fewest pods", async () => {
    await until(has("web", 2));
    await until(has("streaming", 2));
    await until(has("sidekiq-federation", 2));
    await until(has("sidekiq-timelines", 1));
    await until(async () => Boolean((await scaledObject("sidekiq-federation")).is("Ready")));
  }, 600_000);

  test("answers overload with workers, and those with nodes", async () => {
    const before = await nodes("sidekiq");
    world.exporter.load("push", 30_000, 100);
    await until(has("sidekiq-federation", 8));
    expect(await nodes("sidekiq")).toBeGreaterThan(before);
    expect((await replicas("sidekiq-timelines")).wanted).toBe(1);
  }, 600_000);

  test("is not undone by the next update, which says nothing of replicas", async () => {
    const deployment = world.manifests.find(
      ({ kind, metadata }) => kind === "Deployment" && metadata.name === "sidekiq-federation",
    );
    if (!deployment) throw new Error("there is a Deployment");
    expect(JSON.stringify(deployment)).not.toContain(`"replicas"`);
    await world.apply(deployment);
    expect((await replicas("sidekiq-federation")).wanted).toBe(8);
  });

  test("shrinks nothing of which no process tells, however quiet it is", async () => {
    for (const workload of ["sidekiq-federation", "sidekiq-timelines", "sidekiq-scheduler"])
      world.exporter.dead.add(workload);
    world.exporter.load("push", 0, 0);
    // Many failures more than the fallback waits for, and longer than the cool-down.
    await until(async () => {
      const { failures, is } = await scaledObject("sidekiq-federation");
      return failures.length > 0 && failures.every((count) => count > 12) && is("Fallback") === true;
    });
    expect((await replicas("sidekiq-federation")).wanted).toBe(8);
    expect((await replicas("sidekiq-timelines")).wanted).toBe(1);
  }, 600_000);

  test("gives workers and nodes back once they are seen to have nothing to do", async () => {
    const before = await nodes("sidekiq");
    world.exporter.dead.clear();
    await until(has("sidekiq-federation", 2));
    await until(async () => (await nodes("sidekiq")) < before);
  }, 600_000);

  test("scales web by busy threads and streaming by open connections", async () => {
    world.exporter.busy = 0.95;
    world.exporter.clients = 2600;
    await until(has("web", 4));
    await until(has("streaming", 3));
    world.exporter.busy = 0.1;
    world.exporter.clients = 100;
    await until(has("web", 2));
    await until(has("streaming", 2));
  }, 600_000);

  test("never runs a second scheduler", () => {
    expect(mostSchedulers.length).toBeGreaterThan(10);
    expect(new Set(mostSchedulers)).toEqual(new Set([1]));
  });
});
