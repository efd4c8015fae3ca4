// Clusters start, stop, recover and go: processes, ports and folders, whatever was killed or left behind in between.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  deleteCluster,
  listClusters,
  setNodePools,
  startCluster,
  stopCluster,
  waitForNodePool,
} from "../../local/cluster/index.ts";
import { identify } from "../../local/processes/process-identity.ts";
import { clientOf, isAlive, isListening, patience, portOf, testHome, testPool } from "./support.ts";

const first = testHome();
const second = testHome();
const spec = { id: "main", name: "mastodon", version: "1.36.3-do.0" };
const folder = join(first.home, "clusters", "main");

vi.setConfig({ testTimeout: patience });
afterAll(async () => {
  await first.remove();
  await second.remove();
}, patience);

const eventually = <T>(ask: () => Promise<T> | T) => expect.poll(ask, { timeout: patience - 10_000, interval: 100 });
const status = async () => (await listClusters(first.home))[0];
const pids = async () => (await status())?.pids ?? {};
const supervisorLog = () => readFileSync(join(folder, "supervisor.log"), "utf8");
const portsOf = (path: string) => {
  const { ports }: { ports: Record<string, number> } = JSON.parse(readFileSync(join(path, "cluster.json"), "utf8"));
  return Object.values(ports);
};

// One after the other on the same cluster: each begins where the one before ended.
describe("a cluster", () => {
  test("is started once, however many ask for it", async () => {
    const [a, b] = await Promise.all([startCluster(first.home, spec), startCluster(first.home, spec)]);
    const before = await pids();
    const c = await startCluster(first.home, spec);
    expect([b, c]).toEqual([a, a]);
    expect(await pids()).toEqual(before);
    expect(Object.values(before).every(isAlive)).toBe(true);
  });

  test("keeps its secrets from other users of the machine", () => {
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const file of ["kubeconfig", "credentials.json", "pki/ca.key"])
      expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
  });

  test("stops without leaving a process or a port, and comes back with its objects at the same address", async () => {
    const running = await startCluster(first.home, spec);
    await clientOf(running.kubeconfig).core.createNamespace({ body: { metadata: { name: "kept" } } });
    await setNodePools(first.home, "main", [testPool()]);
    const [node] = await waitForNodePool(first.home, "main", "pool-web");
    const before = await pids();

    await stopCluster(first.home, "main");
    expect((await status())?.state).toBe("stopped");
    expect(Object.values(before).filter(isAlive)).toEqual([]);
    for (const port of portsOf(folder)) expect(await isListening(port)).toBe(false);

    const again = await startCluster(first.home, spec);
    expect(again).toEqual(running);
    await clientOf(again.kubeconfig).core.readNamespace({ name: "kept" });
    const [same] = await waitForNodePool(first.home, "main", "pool-web");
    expect(same?.id).toBe(node?.id);
  });

  test("stopping twice, or what does not exist, does nothing", async () => {
    await stopCluster(first.home, "absent");
    await deleteCluster(first.home, "absent");
    expect(await listClusters(first.home)).toHaveLength(1);
  });

  test("gets a crashed API server back, and says so", async () => {
    const { kubeconfig } = await startCluster(first.home, spec);
    const { "kube-apiserver": crashed } = await pids();
    process.kill(crashed!, "SIGKILL");
    await eventually(async () => (await pids())["kube-apiserver"] ?? crashed).not.toBe(crashed);
    await startCluster(first.home, spec);
    await clientOf(kubeconfig).core.readNamespace({ name: "kept" });
    expect(supervisorLog()).toMatch(
      /kube-apiserver ended by itself \(signal SIGKILL\), starting again in 0.5 s; its log: .*kube-apiserver.log/,
    );
  });

  test("is resumed after its supervisor was killed, and what that left behind is ended", async () => {
    const before = await pids();
    process.kill(before["supervisor"]!, "SIGKILL");
    await eventually(() => isAlive(before["supervisor"]!)).toBe(false);
    expect((await status())?.state).toBe("crashed");
    const { kubeconfig } = await startCluster(first.home, spec);
    expect(Object.values(before).filter(isAlive)).toEqual([]);
    await clientOf(kubeconfig).core.readNamespace({ name: "kept" });
  });

  test("never touches a stranger that got a number from a stale state file", async () => {
    await stopCluster(first.home, "main");
    const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const leftover = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", folder], { stdio: "ignore" });
    onTestFinished(() => void [stranger, leftover].map((one) => one.kill("SIGKILL")));
    const started = identify(stranger.pid!)!;
    const other = { pid: stranger.pid!, started: "1" };
    // Its start time is right in one place, so that only the command line tells; wrong in the other.
    const children = { etcd: other, kwok: started, "kube-apiserver": identify(leftover.pid!) };
    const state = { phase: "running", supervisor: started, children };
    writeFileSync(join(folder, "supervisor.json"), JSON.stringify(state));
    expect((await status())?.state).toBe("crashed");
    const report = vi.fn<(line: string) => void>();
    const { kubeconfig } = await startCluster(first.home, spec, { report });
    expect(report.mock.calls).toEqual([["Ended what a killed run of cluster mastodon had left: kube-apiserver"]]);
    await clientOf(kubeconfig).core.readNamespace({ name: "kept" });
    expect(isAlive(stranger.pid!)).toBe(true);
    expect(isAlive(leftover.pid!)).toBe(false); // its number, start and command line are what was recorded: ours
  });

  test("moves to another port when its own is taken, says so, and returns the new address", async () => {
    const { endpoint } = await startCluster(first.home, spec);
    await stopCluster(first.home, "main");
    const squatter = createServer().listen(portOf(endpoint), "127.0.0.1");
    await once(squatter, "listening");
    onTestFinished(() => void squatter.close());
    const report = vi.fn<(line: string) => void>();
    const moved = await startCluster(first.home, spec, { report });
    expect(report).toHaveBeenCalledWith(
      `Port ${portOf(endpoint)} is taken by another program: cluster mastodon now answers on port ${portOf(moved.endpoint)}`,
    );
    expect(moved.endpoint).not.toBe(endpoint);
    expect(moved.kubeconfig).toContain(moved.endpoint);
    await clientOf(moved.kubeconfig).core.readNamespace({ name: "kept" });
    expect(supervisorLog()).toContain(`port ${portOf(endpoint)} is taken by another program`);
    // The nodes' side follows as well: a node that KWOK cannot reach would turn NotReady.
    await waitForNodePool(first.home, "main", "pool-web");
  });

  test("lives beside another one in another home", async () => {
    const mine = await startCluster(first.home, spec);
    const theirs = await startCluster(second.home, spec);
    expect(theirs.endpoint).not.toBe(mine.endpoint);
    const { items } = await clientOf(theirs.kubeconfig).core.listNamespace();
    expect(items.map(({ metadata }) => metadata?.name)).not.toContain("kept");
    await expect(clientOf(theirs.kubeconfig.replace(theirs.token, mine.token)).core.listNamespace()).rejects.toThrow(
      "401",
    );
  });

  test("is deleted with its processes, ports and folder, and nobody else's", async () => {
    const before = await pids();
    const ports = portsOf(folder);
    await deleteCluster(first.home, "main");
    expect(Object.values(before).filter(isAlive)).toEqual([]);
    for (const port of ports) expect(await isListening(port)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    expect(await listClusters(first.home)).toEqual([]);
    expect((await listClusters(second.home))[0]?.state).toBe("running");
  });

  test("says why when it cannot start, with the log's path and last lines, and starts once that is put right", async () => {
    await startCluster(first.home, spec);
    await stopCluster(first.home, "main");
    const key = readFileSync(join(folder, "pki", "etcd.key"), "utf8");
    writeFileSync(join(folder, "pki", "etcd.key"), "broken");
    await expect(startCluster(first.home, spec)).rejects.toThrow(
      /did not start: etcd ended 3 times before the cluster answered; its log is .*etcd\.log, its last lines:\n.*PEM/s,
    );
    expect(await status()).toMatchObject({ state: "failed", pids: {} });
    writeFileSync(join(folder, "pki", "etcd.key"), key);
    await startCluster(first.home, spec);
    expect((await status())?.state).toBe("running");
  });

  test("a folder whose settings cannot be read is replaced by a new cluster", async () => {
    await stopCluster(first.home, "main");
    writeFileSync(join(folder, "cluster.json"), "{");
    expect((await status())?.state).toBe("failed");
    const { kubeconfig } = await startCluster(first.home, spec);
    await clientOf(kubeconfig).core.readNamespace({ name: "default" });
    expect((await status())?.state).toBe("running");
  });
});
