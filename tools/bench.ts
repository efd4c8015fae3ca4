// Measures how long the everyday steps take, as ratios to a step that does nothing but start Node, and writes them as JSON.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Table from "cli-table3";
import { run } from "./run.ts";

interface BenchCase {
  readonly name: string;
  /** Program and arguments, run from the project's root. */
  readonly command: readonly [string, ...string[]];
  readonly runs: number;
}

interface BenchResult {
  readonly name: string;
  readonly runs: number;
  /** Median of the runs. */
  readonly seconds: number;
  /** Times the median of the first case: comparable between machines, as seconds are not. */
  readonly ratio: number;
}

const root = join(import.meta.dirname, "..");
const output = join(root, ".local", "bench.json");

/** The local cloud's steps run in a home of their own, in the order of a stack's life: each case builds on the one before. */
const home = mkdtempSync(join(tmpdir(), "mastodon-bench-"));
const local = (command: string): BenchCase["command"] => [process.execPath, "local/start.ts", command];

/** The first case is the measure for the others; add further ones at the end. */
const cases: readonly BenchCase[] = [
  { name: "start Node", command: [process.execPath, "--eval", ""], runs: 9 },
  { name: "prepare, everything cached", command: [process.execPath, "tools/prepare.ts"], runs: 9 },
  { name: "up, everything to create", command: local("up"), runs: 1 },
  { name: "up, nothing to do", command: local("up"), runs: 3 },
  { name: "preview, nothing to do", command: local("preview"), runs: 3 },
  { name: "destroy", command: local("destroy"), runs: 1 },
];

async function measure({ name, command: [program, ...args], runs }: BenchCase): Promise<Omit<BenchResult, "ratio">> {
  const seconds: number[] = [];
  for (let count = 0; count < runs; count++) {
    const start = performance.now();
    const { code, output } = await run(program, args, { cwd: root, env: { MASTODON_LOCAL_HOME: home } });
    if (code !== 0) throw new Error(`The case "${name}" failed:\n${output}`);
    seconds.push((performance.now() - start) / 1000);
  }
  const sorted = seconds.toSorted((a, b) => a - b);
  return { name, runs, seconds: sorted[Math.floor(runs / 2)] ?? 0 };
}

const results: BenchResult[] = [];
for (const benchCase of cases) {
  const result = await measure(benchCase);
  results.push({ ...result, ratio: result.seconds / (results[0]?.seconds ?? result.seconds) });
}

rmSync(home, { recursive: true, force: true });

const table = new Table({ head: ["case", "runs", "median s", "ratio"], style: { head: [] } });
for (const { name, runs, seconds, ratio } of results) table.push([name, runs, seconds.toFixed(3), ratio.toFixed(1)]);
console.log(table.toString());
mkdirSync(dirname(output), { recursive: true });
writeFileSync(
  output,
  `${JSON.stringify({ measuredAt: new Date().toISOString(), node: process.version, results }, null, 2)}\n`,
);
