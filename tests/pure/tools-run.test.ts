// Running a program: what is kept of its output, and that it never outlives this process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { run } from "../../tools/run.ts";

const module = join(import.meta.dirname, "../../tools/run.ts");

/** A Node process that runs `sleep` through `run` and prints the id of that process. */
async function sleeper() {
  const code = `import { run } from ${JSON.stringify(module)};
    await run("sh", ["-c", "echo $$; exec sleep 300"], { onLine: (line) => console.log(line) });`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(parent.stdout, "data");
  return { parent, child: Number(String(line)) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("run", () => {
  it("keeps both outputs and the exit code", async () => {
    const result = await run("sh", ["-c", "echo out; echo err >&2; exit 3"]);
    expect(result.code).toBe(3);
    expect(result.output.split("\n").toSorted()).toEqual(["err", "out"]);
  });

  it("tells a program that is missing from one that fails", async () => {
    expect((await run("/nowhere/program", [])).missing).toBe(true);
    expect((await run("false", [])).missing).toBe(false);
  });

  it("ends a program after its time", async () => {
    expect((await run("sleep", ["300"], { timeoutSeconds: 0.1 })).code).toBeUndefined();
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("is ended by %s, together with its program", async (signal) => {
    const { parent, child } = await sleeper();
    expect(isAlive(child)).toBe(true);
    parent.kill(signal);
    await once(parent, "exit");
    expect(parent.signalCode).toBe(signal);
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), { timeout: 10_000 });
  });
});
