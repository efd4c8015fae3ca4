// Builds one artifact with Go, in a copy of its module, so that a checkout stays as it is.
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { GoArtifact } from "./artifacts.ts";
import { checkDisk } from "./disk.ts";
import { EngineError, explainFailedBuild } from "./failures.ts";
import { buildFlags, goEnvironment } from "./go-flags.ts";
import { findGo } from "./go-toolchain.ts";
import { withLock } from "./lock.ts";
import { run, type RunResult } from "./run.ts";

/** Folder with the wrapper modules. */
export const modulesFolder = import.meta.dirname;

/**
 * Builds the artifact into the folder `draft`; `now` takes what it is at.
 * Throws an `EngineError` with one sentence when Go, the network, the disk or the compiler stands in the way.
 */
export async function buildWithGo(
  artifact: GoArtifact,
  draft: string,
  cacheRoot: string,
  now: (text: string) => void,
): Promise<void> {
  const module = join(modulesFolder, artifact.name);
  const go = await findGo(artifact.title, module);
  await checkDisk(artifact.title, [cacheRoot, ...(await goCaches(go))], artifact.diskBytes);
  const log = await newLog(cacheRoot, artifact.name);
  const work = await mkdtemp(join(tmpdir(), `mastodon-${artifact.name}-`));
  try {
    await cp(module, work, { recursive: true });
    const command = goCommand(artifact, go, work, log);
    now("downloading its Go modules");
    // Not `go mod download`: that wants modules too which no package of the build comes from, and not all of those are served.
    await command(["list", "-e", "-deps", artifact.package]);
    if (artifact.source !== undefined) {
      const source = await command(["list", "-m", "-f", "{{.Dir}}", artifact.source]);
      await artifact.beforeBuild?.(work, source.output.trim());
    }
    // One compilation at a time: two would only share the cores, and would compile what they have in common twice.
    await withLock(
      join(cacheRoot, "go-build"),
      () => now("waiting for another build"),
      async () => {
        let packages = 0;
        now(`compiling, 0 of at most ${artifact.packages} packages`);
        const binary = join(draft, artifact.binary);
        await command(["build", "-v", ...buildFlags(artifact), "-o", binary, artifact.package], () => {
          now(`compiling, ${++packages} of at most ${artifact.packages} packages`);
        });
      },
    );
    await artifact.afterBuild?.(draft);
    await rm(log); // kept only where it explains a failure
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function goCommand(artifact: GoArtifact, go: string, cwd: string, log: string) {
  return async (args: readonly string[], onLine?: () => void): Promise<RunResult> => {
    const result = await run(go, args, { cwd, env: goEnvironment, log, ...(onLine ? { onLine } : {}) });
    if (result.code === 0) return result;
    throw new EngineError(explainFailedBuild({ title: artifact.title, output: result.output, log }));
  };
}

/** Where Go keeps modules and compiled packages: most of the disk goes there. */
async function goCaches(go: string): Promise<string[]> {
  const { output } = await run(go, ["env", "GOCACHE", "GOMODCACHE"], { cwd: tmpdir(), env: goEnvironment });
  return output.split("\n").filter((line) => line.startsWith("/"));
}

async function newLog(cacheRoot: string, name: string): Promise<string> {
  const log = join(cacheRoot, "logs", `${name}-${process.pid}.log`);
  await mkdir(dirname(log), { recursive: true });
  await writeFile(log, "");
  return log;
}
