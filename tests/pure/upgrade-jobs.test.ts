// The Jobs of an upgrade as plain data: their names, what they run, and what they may reach.
import { describe, expect, test } from "vitest";
import { workloadDemands } from "../../components/mastodon/demand.ts";
import { dumpResources } from "../../components/mastodon/upgrade/dump-job.ts";
import { migrationResources } from "../../components/mastodon/upgrade/migration.ts";
import { upgradeJobs } from "../../components/mastodon/upgrade/upgrade-jobs.ts";
import { sidekiqWorkloads } from "../../components/mastodon/workloads/sidekiq.ts";
import { webWorkload } from "../../components/mastodon/workloads/web.ts";
import { dumpArgs, environmentInputs, mastodonSettings } from "../support/mastodon-inputs.ts";
import { readTemplate } from "../support/pod-shape.ts";

const pool = { nodeSelector: { pool: "x" }, tolerations: [] };
const jobsOf = (given: Record<string, unknown> = {}, statementSeconds = 300) => {
  const inputs = environmentInputs(mastodonSettings(given));
  const database = { ...inputs.database, statementSeconds };
  const { dump, before, after } = upgradeJobs({
    ...inputs,
    database,
    pools: { web: pool, sidekiq: pool },
    dump: dumpArgs,
  });
  if (!dump) throw new Error("no dump");
  return { dump, before, after };
};
const jobs = jobsOf();
const podOf = ({ spec }: (typeof jobs)["before"]) => readTemplate(spec).spec;

describe("names", () => {
  test("say the version and what runs, so that a repeated update finds each Job done", () => {
    expect(jobs.before.name).toMatch(/^migrate-4-6-8-[0-9a-f]{8}$/);
    expect(jobs.after.name).toMatch(/^migrate-after-4-6-8-[0-9a-f]{8}$/);
    expect(jobs.dump.name).toMatch(/^dump-before-4-6-8-[0-9a-f]{8}$/);
    expect(jobsOf()).toEqual(jobs);
  });

  test("change with the version, and with anything else that makes another Job", () => {
    const newer = jobsOf({ version: "4.7.2" });
    for (const step of ["dump", "before", "after"] as const) expect(newer[step].name).not.toBe(jobs[step].name);
    expect(jobsOf({}, 60).before.name).not.toBe(jobs.before.name);
    expect(jobsOf({}, 60).after.name).toBe(jobs.after.name);
    expect(jobsOf({ upgrades: { scratch: "40Gi" } }).dump.name).not.toBe(jobs.dump.name);
    expect(jobsOf({ upgrades: { scratch: "40Gi" } }).before.name).toBe(jobs.before.name);
  });
});

describe("the migrations", () => {
  test("before the roll grant and limit first, then run with the jobs' environment; after it nothing is granted", () => {
    expect(podOf(jobs.before).initContainers.map(({ name }) => name)).toEqual([
      "copy-boot-cache",
      "grant-schema",
      "limit-statements",
    ]);
    expect(podOf(jobs.after).initContainers.map(({ name }) => name)).toEqual(["copy-boot-cache"]);
    for (const [job, step] of [
      [jobs.before, "before"],
      [jobs.after, "after"],
    ] as const) {
      const [container] = podOf(job).containers;
      expect(container.args.slice(0, 4)).toEqual(["bundle", "exec", "ruby", "-e"]);
      expect(container.env).toContainEqual({ name: "MIGRATION", value: step });
      expect(container.envFrom).toEqual([
        { configMapRef: { name: "jobs-environment" } },
        { secretRef: { name: "jobs-environment" } },
      ]);
    }
  });

  test("after the roll know how long pods of the old version may take to end", () => {
    const drain = (job: typeof jobs.after) =>
      podOf(job).containers[0].env?.find(({ name }) => name === "DRAIN_SECONDS");
    const graces = [...sidekiqWorkloads(mastodonSettings(), pool), webWorkload(mastodonSettings(), pool)].map(
      ({ pod }) => Number(pod.terminationGracePeriodSeconds),
    );
    expect(drain(jobs.after)?.value).toBe(String(Math.max(...graces)));
    expect(drain(jobs.before)).toBeUndefined();
  });

  test("give the application's role a time limit for its statements, by the role's own hand", () => {
    const limit = JSON.stringify(podOf(jobs.before).initContainers.find(({ name }) => name === "limit-statements"));
    expect(limit).toContain("ALTER ROLE CURRENT_USER IN DATABASE #{name} SET statement_timeout = 300000");
    expect(limit).toContain("jobs-environment");
    expect(limit).not.toContain("database-grant");
  });
});

describe("the dump", () => {
  test("is made by PostgreSQL's own image between two steps of Mastodon's, past its entry point", () => {
    const { initContainers, containers } = podOf(jobs.dump);
    expect([...initContainers, ...containers].map(({ name, image }) => [name, image])).toEqual([
      ["prepare", "ghcr.io/mastodon/mastodon:v4.6.8"],
      ["dump", "postgres:17-example"],
      ["upload", "ghcr.io/mastodon/mastodon:v4.6.8"],
    ]);
    expect(initContainers[1]?.command?.slice(0, 2)).toEqual(["sh", "-c"]);
  });

  test("may take a little less than its scratch space, so that it fails by itself and is not evicted", () => {
    const pod = podOf(jobsOf({ upgrades: { scratch: "40Gi" } }).dump);
    expect(pod.containers[0].env).toContainEqual({ name: "DUMP_MIB", value: String(40 * 1024 - 64) });
    expect(pod["volumes"]).toContainEqual({ name: "dump", emptyDir: { sizeLimit: "40Gi" } });
    expect(pod.containers[0].resources.requests["ephemeral-storage"]).toBe("40Gi");
    expect(pod.containers[0].resources.limits["ephemeral-storage"]).toBe("41Gi");
  });

  test("knows for which server and version it is, and how many are kept", () => {
    const { env } = podOf(jobsOf({ version: "4.7.2", upgrades: { keepDumps: 5 } }).dump).containers[0];
    expect(env).toEqual(
      expect.arrayContaining([
        { name: "DUMP_SERVER", value: "social" },
        { name: "DUMP_VERSION", value: "4.7.2" },
        { name: "DUMP_KEEP", value: "5" },
      ]),
    );
  });

  test("is left out where nothing is said of where it goes", () => {
    const inputs = environmentInputs();
    expect(upgradeJobs({ ...inputs, pools: { web: pool, sidekiq: pool } }).dump).toBeUndefined();
  });
});

test.each(Object.entries(jobs))("%s tells its last lines, tries twice, and is not blamed for a lost node", (_, job) => {
  for (const { terminationMessagePolicy } of podOf(job).containers)
    expect(terminationMessagePolicy).toBe("FallbackToLogsOnError");
  expect(job.spec).toMatchObject({
    backoffLimit: 1,
    podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }] },
  });
  expect(Number(job.spec.activeDeadlineSeconds)).toBeGreaterThan(3600);
});

test("the plan for nodes counts one pod for all of them, the largest", () => {
  const demands = workloadDemands(mastodonSettings()).filter(({ name }) => /migrat|dump/.test(name));
  expect(demands).toEqual([expect.objectContaining({ name: "migrate", replicas: 0, most: 0, surge: 1 })]);
  expect([dumpResources.cpu, Number.parseInt(dumpResources.memory, 10)]).toEqual(["250m", 256]);
  expect([migrationResources.cpu, Number.parseInt(migrationResources.memory, 10)]).toEqual(["250m", 768]);
});
