// The metrics that exist: what each scraped process exports under Mastodon 4.6, with its prefix.
import data from "./names.json" with { type: "json" };

/** What is scraped; also the value of the label `job`. */
export type ScrapedProcess = keyof typeof data.processes;

/** Prometheus adds it for every target. */
const added = ["up"];

/** A summary is exported as quantiles under its own name, and as a sum and a count. */
const summaryNames = (name: string) => [name, `${name}_sum`, `${name}_count`];

/** Every metric name that the process exports. */
export function exportedBy(process: ScrapedProcess): ReadonlySet<string> {
  const { prefix, gauges, counters, summaries } = data.processes[process];
  const names: readonly string[] = [...gauges, ...counters, ...summaries.flatMap(summaryNames)];
  return new Set([...added, ...names.map((name) => `${prefix}${name}`)]);
}

/** Every scraped process. */
export function scrapedProcesses(): ScrapedProcess[] {
  return Object.keys(data.processes).filter((name): name is ScrapedProcess => name in data.processes);
}
