// Programs out of Python packages: a folder with exactly what a requirements file lists, for the Python that is there.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheKey, cacheRoot, ensureCached, isCached } from "./cache.ts";
import { EngineError } from "./failures.ts";
import { modulesFolder } from "./go-build.ts";
import { type Report, withProgress } from "./progress.ts";
import { run } from "./run.ts";
import { isAtLeast } from "./versions.ts";

/** A Python program that is run as `python -m module`. */
export interface PythonArtifact {
  /** Name of the folder here with `requirements.txt`, and of the folder in the cache. */
  readonly name: string;
  /** Name for people. */
  readonly title: string;
  /** Oldest Python that its packages are for. */
  readonly python: string;
  /** What to run. */
  readonly module: string;
}

/** How to run it: the interpreter, and the folder that has to be its `PYTHONPATH`. */
export interface PythonProgram {
  readonly python: string;
  readonly packages: string;
  readonly module: string;
}

/**
 * Makes the program ready. Throws an `EngineError` with one sentence when Python, pip or the network stands in the way.
 * No virtual environment: that writes its own path into its files, and a finished folder of the cache gets its name last.
 */
export async function preparePython(artifact: PythonArtifact, report: Report): Promise<PythonProgram> {
  const { name, title, module } = artifact;
  const requirements = join(modulesFolder, name, "requirements.txt");
  const { python, tag } = await findPython(artifact);
  // Compiled packages fit one minor version of Python only.
  const key = cacheKey({ requirements: await readFile(requirements, "utf8"), tag });
  const target = { folder: join(cacheRoot(), `${name}-${key}`), files: [`${module.replaceAll(".", "/")}.py`] };
  if (!isCached(target)) {
    await withProgress(title, report, (now) =>
      ensureCached(
        target,
        (draft) => install({ python, requirements, draft, title, now }),
        () => now("another process is installing it, waiting"),
      ),
    );
  }
  return { python, packages: target.folder, module };
}

const tagScript =
  "import platform, sys, sysconfig; print(platform.python_version(), sys.implementation.cache_tag, sysconfig.get_platform())";

async function findPython({ title, python: minimum }: PythonArtifact): Promise<{ python: string; tag: string }> {
  const { code, output } = await run("python3", ["-c", tagScript]);
  const [version = "", ...tag] = output.trim().split(" ");
  if (code !== 0)
    throw new EngineError(
      `${title} needs Python ${minimum} or newer as \`python3\`, which is not there; install it and run this again.`,
    );
  if (!isAtLeast(version, minimum))
    throw new EngineError(
      `${title} needs Python ${minimum} or newer, and \`python3\` is ${version}; install a newer one and run this again.`,
    );
  return { python: "python3", tag: tag.join(" ") };
}

interface Installation {
  readonly python: string;
  readonly requirements: string;
  readonly draft: string;
  readonly title: string;
  readonly now: (text: string) => void;
}

async function install({ python, requirements, draft, title, now }: Installation): Promise<void> {
  now("installing its packages");
  let packages = 0;
  const onLine = (line: string): void => {
    if (line.startsWith("Collecting ")) now(`installing its packages, ${++packages} so far`);
  };
  const options = ["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--target", draft];
  const result = await run(python, ["-m", "pip", "install", ...options, "--requirement", requirements], { onLine });
  if (result.code === 0) return;
  const last = result.output.trimEnd().split("\n").slice(-4).join("\n  ");
  throw new EngineError(
    `${title} cannot be installed; is pip there, and its package index reachable? It says:\n  ${last}`,
  );
}
