// The supervision of real stores: they are kept running, end with their supervisor, and come back with their data.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endProcess, identify } from "../../local/processes/process-identity.ts";
import { until } from "../../local/processes/waiting.ts";
import {
  deleteStore,
  listStores,
  resumeStores,
  startStore,
  stopStore,
  type StoreSpec,
} from "../../local/stores/index.ts";

const home = mkdtempSync(join(tmpdir(), "stores-"));
const spec: StoreSpec = { id: "s3-test", title: "Test store", kind: "s3", settings: { region: "nyc3" } };
const late = () => new Error("it never happened");
const report = (line: string) => console.error(line);

/** Builds the program where no cache has it yet. */
const buildLimit = 600_000;

beforeAll(() => startStore(home, spec, report), buildLimit);

afterAll(async () => {
  await deleteStore(home, spec.id);
  rmSync(home, { recursive: true, force: true });
});

function pids(): Readonly<Record<string, number>> {
  return listStores(home)[0]?.pids ?? {};
}

/** Kills a process of the store, as a crash would. */
async function kill(name: string): Promise<number> {
  const identity = identify(pids()[name] ?? 0);
  if (!identity) throw new Error(`${name} does not run`);
  await endProcess(identity, home, 0);
  return identity.pid;
}

describe("a store", () => {
  test("that runs is not started again", async () => {
    const before = pids();
    await startStore(home, spec, report);
    expect(pids()).toEqual(before);
    expect(Object.keys(before).toSorted()).toEqual(["supervisor", "versitygw"]);
  });

  test("gets its process back when that crashes", async () => {
    const killed = await kill("versitygw");
    await until(async () => (pids()["versitygw"] ? true : undefined), { limit: 60_000, late });
    expect(pids()["versitygw"]).not.toBe(killed);
  });

  test("takes its processes with it when the supervisor is killed, and resumes on the same port with its data", async () => {
    const [{ folder, ports }] = [listStores(home)[0]!];
    writeFileSync(join(folder, "kept"), "yes");
    const child = pids()["versitygw"] ?? 0;
    await kill("supervisor");
    await resumeStores(home, report);
    expect(identify(child)).toBeUndefined();
    expect(listStores(home)[0]).toMatchObject({ state: "running", ports });
    expect(readFileSync(join(folder, "kept"), "utf8")).toBe("yes");
  });

  test("runs once when two processes start it together", async () => {
    await stopStore(home, spec.id);
    expect(listStores(home)[0]).toMatchObject({ state: "stopped", pids: {} });
    await Promise.all([startStore(home, spec, report), startStore(home, spec, report)]);
    expect(Object.keys(pids()).toSorted()).toEqual(["supervisor", "versitygw"]);
  });

  test("leaves no process and no folder when it is deleted", async () => {
    const { folder } = listStores(home)[0]!;
    const running = Object.values(pids());
    expect(running).toHaveLength(2);
    await deleteStore(home, spec.id);
    expect(running.map((pid) => identify(pid))).toEqual([undefined, undefined]);
    expect(existsSync(folder)).toBe(false);
    expect(listStores(home)).toEqual([]);
  });
});
