// Builds one artifact with Go, in a copy of its module, so that a checkout stays as it is.
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { GoArtifact } from "./artifacts.ts";
import { checkDisk } from "./disk.ts";
import { EngineError, explainFailedBuild } from "./failures.ts";
import { buildFlags, goEnvironment, tagFlags } from "./go-flags.ts";
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
  const module = join(modulesFolder, artifact.module ?? artifact.name);
  const go = await findGo(artifact.title, module);
  await checkDisk(artifact.title, [cacheRoot, ...(await goCaches(go))], artifact.diskBytes);
  const log = await newLog(cacheRoot, artifact.name);
  const work = join(draft, "work"); // in the draft, because leftovers of a crash are removed there
  try {
    await cp(module, work, { recursive: true });
    const command = goCommand(artifact, go, work, log);
    now("downloading its Go modules");
    // Not `go mod download`: that wants modules too which no package of the build comes from, and not all of those are served.
    await command(["list", "-e", "-deps", ...tagFlags(artifact), artifact.package]);
    if (artifact.source !== undefined) {
      const source = await command(["list", "-m", "-f", "{{.Dir}}", artifact.source]);
      await artifact.beforeBuild?.(work, source.output.trim());
    }
    await compile(artifact, command, { binary: join(draft, artifact.binary), cacheRoot, now });
    await artifact.afterBuild?.(draft);
    await rm(log); // kept only where it explains a failure
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface CompileOptions {
  readonly binary: string;
  readonly cacheRoot: string;
  readonly now: (text: string) => void;
}

/** One compilation at a time: two would only share the cores, and would compile what they have in common twice. */
async function compile(artifact: GoArtifact, command: GoCommand, { binary, cacheRoot, now }: CompileOptions) {
  const waiting = () => now("waiting for another build");
  await withLock(join(cacheRoot, "go-build"), waiting, async () => {
    let packages = 0;
    const compiling = () => now(`compiling, ${packages++} of at most ${artifact.packages} packages`);
    compiling();
    await command(["build", "-v", ...buildFlags(artifact), "-o", binary, artifact.package], compiling);
  });
}

/** Runs `go` in the work folder; throws what a person can do about a failure. */
type GoCommand = (args: readonly string[], onLine?: () => void) => Promise<RunResult>;

function goCommand(artifact: GoArtifact, go: string, cwd: string, log: string): GoCommand {
  return async (args, onLine) => {
    const result = await run(go, args, { cwd, env: goEnvironment, log, ...(onLine ? { onLine } : {}) });
    if (result.code === 0) return result;
    if (result.interrupted) {
      await rm(log);
      throw new EngineError(
        `Interrupted while building the ${artifact.title}; what is compiled is kept for the next time.`,
      );
    }
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
