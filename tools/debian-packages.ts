// Programs out of Debian's and Ubuntu's packages, unpacked into a folder of ours and never installed.
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { EngineError } from "./failures.ts";
import { run } from "./run.ts";

/** What the distribution calls itself; undefined where its packages cannot be unpacked. */
export async function distribution(): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  const family = [value("ID"), ...value("ID_LIKE").split(" ")];
  return family.some((name) => name === "debian" || name === "ubuntu")
    ? `${value("ID")}-${value("VERSION_CODENAME")}`
    : undefined;
}

/**
 * Downloads the packages and every library that the system lacks for them, and unpacks them into `draft`/root. Lists of packages are fetched
 * anew: the system's own may be missing (container images delete them) or name versions that are no longer served. Needs no root.
 * @returns packages that the distribution does not have
 * @throws EngineError when apt or the network is missing
 */
export async function unpackPackages(packages: readonly string[], draft: string): Promise<readonly string[]> {
  const folder = join(draft, "apt");
  for (const path of ["state/lists/partial", "cache/archives/partial"])
    await mkdir(join(folder, path), { recursive: true });
  await apt(folder, ["update"]);
  const unknown: string[] = [];
  for (;;) {
    const wanted = packages.filter((name) => !unknown.includes(name));
    if (wanted.length === 0) break;
    const { code, output } = await aptGet(folder, ["install", "--download-only", "--no-install-recommends", ...wanted]);
    if (code === 0) break;
    const absent = /(?:Unable to locate package |Package ')([a-z0-9.+-]+)/.exec(output)?.[1];
    if (absent === undefined || !wanted.includes(absent)) throw failure(output);
    unknown.push(absent);
  }
  for (const archive of globSync(join(folder, "cache/archives/*.deb"))) {
    if (!isNeeded(basename(archive).split("_")[0] ?? "", packages)) continue;
    const { code, output, missing } = await run("dpkg-deb", ["-x", archive, join(draft, "root")]);
    if (code !== 0) throw failure(missing ? "dpkg-deb is missing" : output);
  }
  await rm(folder, { recursive: true, force: true });
  return unknown;
}

/** Maintainers' scripts in Perl come along as dependencies, and nothing here runs them; the C library is the system's, with its linker. */
function isNeeded(name: string, packages: readonly string[]): boolean {
  const library = name.startsWith("lib") && !name.includes("perl") && !/^libc(?:6|-bin|-l10n)$/.test(name);
  return library || packages.includes(name) || /^postgresql-(?:client-)?\d+$|-tools$/.test(name);
}

async function apt(folder: string, args: readonly string[]): Promise<void> {
  const { code, output, missing } = await aptGet(folder, args);
  if (code !== 0) throw failure(missing ? "apt-get is missing" : output);
}

function aptGet(folder: string, args: readonly string[]) {
  const options = {
    "Dir::State": join(folder, "state"),
    "Dir::State::status": "/var/lib/dpkg/status", // what is installed need not be downloaded
    "Dir::Cache": join(folder, "cache"),
    "Debug::NoLocking": "1", // the system's lock is root's
    "APT::Keep-Downloaded-Packages": "true",
    "APT::Sandbox::User": "root", // apt's own user cannot write here
    "Acquire::Retries": "2",
    "Acquire::http::Timeout": "30",
    "APT::Update::Error-Mode": "any", // otherwise a network that is missing counts as success
  };
  const given = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return run("apt-get", ["-qq", "--yes", ...given, ...args], { env: { LC_ALL: "C" }, timeoutSeconds: 600 });
}

function failure(output: string): EngineError {
  const lines = output.trim().split("\n");
  return new EngineError((lines.findLast((line) => line.startsWith("E:")) ?? lines.at(-1) ?? "").replace(/^E: /, ""));
}

/** Writes `draft`/bin/<name> for each unpacked program, which finds the unpacked libraries. @returns names that were found */
export async function writeWrappers(names: readonly string[], draft: string): Promise<readonly string[]> {
  const root = join(draft, "root");
  const versions = globSync("usr/lib/postgresql/*/bin", { cwd: root }).toSorted((a, b) =>
    b.localeCompare(a, "en", { numeric: true }),
  );
  const folders = [...versions.slice(0, 1), "usr/bin", "usr/sbin"];
  const libraries = globSync(["usr/lib/*-linux-gnu*", "lib/*-linux-gnu*"], { cwd: root }).map(
    (path) => `$root/${path}`,
  );
  await mkdir(join(draft, "bin"), { recursive: true });
  const found: string[] = [];
  for (const name of names) {
    const folder = await firstWith(name, folders, root);
    const file = join(draft, "bin", name);
    if (folder === undefined) {
      // Half of PostgreSQL may be installed, in most cases the client: then apt brings the other half only.
      const installed = await firstWith(name, folders, "/");
      if (installed === undefined) continue;
      await symlink(join("/", installed, name), file);
    } else {
      await writeFile(file, wrapper(join(folder, name), libraries));
      await chmod(file, 0o755);
    }
    found.push(name);
  }
  return found;
}

function wrapper(program: string, libraries: readonly string[]): string {
  return [
    "#!/bin/sh",
    'root=$(cd "${0%/*}/../root" && pwd)',
    `LD_LIBRARY_PATH=${libraries.join(":")}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`,
    "export LD_LIBRARY_PATH",
    `exec "$root/${program}" "$@"`,
    "",
  ].join("\n");
}

async function firstWith(name: string, folders: readonly string[], root: string): Promise<string | undefined> {
  for (const folder of folders) {
    const entries = await readdir(join(root, folder)).catch((): string[] => []);
    if (entries.includes(name)) return folder;
  }
  return undefined;
}
