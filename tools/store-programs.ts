// Programs of the stores: PostgreSQL, PgBouncer, Redis or Valkey, rclone, age, zstd, jq. Installed ones are taken; others are unpacked into the cache.
import { globSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { cacheKey, cacheRoot, ensureCached, isCached } from "./cache.ts";
import { distribution, unpackPackages, writeWrappers } from "./debian-packages.ts";
import { isExecutable } from "./executable.ts";
import { EngineError } from "./failures.ts";
import { type Report, withProgress } from "./progress.ts";
import { run } from "./run.ts";

/** Programs that belong together: they come from one folder, so that their versions fit. */
const groups = {
  postgresql: {
    programs: [
      "postgres",
      "initdb",
      "pg_ctl",
      "psql",
      "pg_dump",
      "pg_dumpall",
      "pg_restore",
      "pg_amcheck",
      "pg_basebackup",
      "pg_isready",
    ],
    packages: ["postgresql"],
  },
  pgbouncer: { programs: ["pgbouncer"], packages: ["pgbouncer"] },
  valkey: { programs: ["redis-server", "redis-cli"], packages: ["redis-server"] },
  rclone: { programs: ["rclone"], packages: ["rclone"] },
  age: { programs: ["age", "age-keygen"], packages: ["age"] },
  zstd: { programs: ["zstd"], packages: ["zstd"] },
  jq: { programs: ["jq"], packages: ["jq"] },
} as const;

type Group = keyof typeof groups;
export type StoreProgram = (typeof groups)[Group]["programs"][number];

export interface StorePrograms {
  /** Folders with programs that PATH does not have, for its front. */
  readonly folders: readonly string[];
  /** Path of each program that is here. Where Valkey is installed, `redis-server` and `redis-cli` are its own. */
  readonly programs: Readonly<Partial<Record<StoreProgram, string>>>;
  /** For each program that is not here, why, as a sentence for people. */
  readonly missing: Readonly<Partial<Record<StoreProgram, string>>>;
}

/** A network that failed is not asked again and again; `node tools/prepare.ts` asks at once. */
const retryAfter = 60 * 60 * 1000;

const silent: Report = () => {};
let known: Promise<StorePrograms> | undefined;

/**
 * Finds every program, on PATH or unpacked from the distribution's packages (once per machine, some 30 MB).
 * Never throws for what cannot be had: `missing` says it.
 */
export function storePrograms({
  report = silent,
  retry = false,
}: { readonly report?: Report; readonly retry?: boolean } = {}): Promise<StorePrograms> {
  if (retry) known = undefined;
  known ??= find(report, retry);
  return known;
}

/** The environment variable PATH with the programs in front. */
export function storePath({ folders }: StorePrograms): string {
  return [...folders, process.env["PATH"] ?? ""].join(delimiter);
}

async function find(report: Report, retry: boolean): Promise<StorePrograms> {
  const programs: Partial<Record<StoreProgram, string>> = {};
  const missing: Partial<Record<StoreProgram, string>> = {};
  const folders = new Set<string>();
  const wanted: Group[] = [];
  for (const group of groupNames()) {
    const folder = installedFolder(group);
    if (folder === undefined) wanted.push(group);
    else add(group, folder);
  }
  if (wanted.length > 0) {
    const { folder, reasons } = await unpacked(wanted, report, retry);
    for (const group of wanted) {
      const reason = reasons[group];
      if (folder !== undefined && reason === undefined) add(group, folder);
      else for (const name of groups[group].programs) missing[name] = reason ?? "it is not here";
    }
  }
  return { folders: [...folders], programs, missing };

  function add(group: Group, folder: string): void {
    if (!pathFolders().includes(folder)) folders.add(folder); // in front, /usr/bin would hide what somebody put before it
    for (const name of groups[group].programs) programs[name] = join(folder, name);
    if (group === "valkey" && isExecutable(join(folder, "valkey-server")))
      programs["redis-server"] = join(folder, "valkey-server");
  }
}

function groupNames(): Group[] {
  return Object.keys(groups).filter((name): name is Group => name in groups);
}

const newestFirst = (a: string, b: string) => b.localeCompare(a, "en", { numeric: true });

/** The first folder that has all programs of the group. Debian keeps PostgreSQL's servers off PATH, and Homebrew its older ones. */
function installedFolder(group: Group): string | undefined {
  const aside =
    group === "postgresql"
      ? ["/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin"].flatMap(
          (pattern) => globSync(pattern).toSorted(newestFirst),
        )
      : [];
  return [...aside, ...pathFolders()].find((folder) =>
    groups[group].programs.every((name) => isExecutable(join(folder, name))),
  );
}

function pathFolders(): string[] {
  return (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
}

const unpackedSchema = z.object({ reasons: z.record(z.string(), z.string()) });
type Reasons = Readonly<Record<string, string | undefined>>;

interface Unpacked {
  /** Undefined where nothing could be got. */
  readonly folder: string | undefined;
  /** Why a group is not in the folder. */
  readonly reasons: Reasons;
}

/** The cache's folder with wrappers of all programs of the groups. */
async function unpacked(wanted: readonly Group[], report: Report, retry: boolean): Promise<Unpacked> {
  const all = (reason: string): Unpacked => ({
    folder: undefined,
    reasons: Object.fromEntries(wanted.map((group) => [group, reason])),
  });
  const from = await distribution();
  if (from === undefined)
    return all("it is not installed, and only on Debian and Ubuntu can it be got from here; install it yourself");
  const recipe = {
    from,
    arch: process.arch,
    packages: wanted.flatMap((group) => groups[group].packages).join(),
    v: "1",
  };
  const target = { folder: join(cacheRoot(), `store-programs-${cacheKey(recipe)}`), files: ["programs.json"] };
  const refusal = `${target.folder}.refused`;
  if (!isCached(target)) {
    const earlier = retry ? undefined : await recentText(refusal);
    if (earlier !== undefined) return all(earlier);
    try {
      await withProgress(`Store programs (${wanted.join(", ")})`, report, (now) =>
        ensureCached(
          target,
          (draft) => {
            now("downloading the distribution's packages");
            return fill(wanted, draft);
          },
          () => now("another process is getting them, waiting"),
        ),
      );
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const reason = `its package cannot be got (${error.message}); install ${recipe.packages.replaceAll(",", ", ")} yourself, or run \`node tools/prepare.ts\` when the network is back`;
      await mkdir(cacheRoot(), { recursive: true });
      await writeFile(refusal, reason);
      return all(reason);
    }
  }
  const { reasons } = unpackedSchema.parse(JSON.parse(await readFile(join(target.folder, "programs.json"), "utf8")));
  return { folder: join(target.folder, "bin"), reasons };
}

/** Unpacks, and tries every program once: a library that is missing must show here and not in the middle of a backup. */
async function fill(wanted: readonly Group[], draft: string): Promise<void> {
  const unknown = await unpackPackages(
    wanted.flatMap((group) => groups[group].packages),
    draft,
  );
  const reasons: Record<string, string> = {};
  for (const group of wanted) {
    const found = await writeWrappers(groups[group].programs, draft);
    for (const name of groups[group].programs) {
      if (reasons[group] !== undefined) break;
      if (groups[group].packages.some((one) => unknown.includes(one)))
        reasons[group] = `the distribution has no package ${groups[group].packages.join(", ")}`;
      else if (!found.includes(name)) reasons[group] = `the distribution's package lacks ${name}`;
      else {
        const { code, output } = await run(join(draft, "bin", name), ["--version"]);
        if (code !== 0) reasons[group] = `${name} does not run here (${output.trim().split("\n").at(-1)})`;
      }
    }
  }
  await writeFile(join(draft, "programs.json"), JSON.stringify({ reasons }));
}

async function recentText(file: string): Promise<string | undefined> {
  const written = await stat(file).catch(() => undefined);
  return written && Date.now() - written.mtimeMs < retryAfter ? readFile(file, "utf8") : undefined;
}
