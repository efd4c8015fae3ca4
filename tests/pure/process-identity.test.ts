// Our own processes are told from strangers by number, start time and command line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { endProcess, identify, isRunning } from "../../local/processes/process-identity.ts";

const marker = "/some/where/clusters/c-1";

function longRunning(...args: string[]) {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", ...args], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, identity: identify(child.pid ?? 0)! };
}

test("a process is ended only when number, start time and command line are all ours", async () => {
  const { child, identity } = longRunning(marker);
  const { identity: stranger } = longRunning("/another/place");
  await endProcess({ ...identity, started: "1" }, marker, 0);
  await endProcess(stranger, marker, 0);
  expect(isRunning(identity, marker)).toBe(true);
  expect(isRunning(stranger, "/another/place")).toBe(true);

  const ended = once(child, "exit");
  await endProcess(identity, marker, 5_000);
  expect(isRunning(identity, marker)).toBe(false);
  await ended;
  expect(child.signalCode).toBe("SIGTERM");
  expect(isRunning(stranger, "/another/place")).toBe(true);
});

test("a process that does not listen is ended all the same", async () => {
  const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.send('up')";
  const child = spawn(process.execPath, ["-e", script, marker], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");
  await endProcess(identify(child.pid!)!, marker, 200);
  expect(identify(child.pid!)).toBeUndefined();
});

test("a number that nobody has stands for nobody", () => {
  expect(identify(2 ** 30)).toBeUndefined();
});
