// Counters of the service in Prometheus' text form.

const counters = [
  ["accepted", "Paths that Mastodon handed over"],
  ["turned_away", "Requests to the service that it did not take"],
  ["purged", "Paths that the CDN has taken, a folder counting once"],
  ["retries", "Calls to the CDN that have to be made again"],
  ["dropped", "Paths that the CDN will never take"],
] as const;

type Counter = (typeof counters)[number][0];

export class Metrics {
  readonly #counters = new Map<Counter, number>();
  /** Whether the CDN turns the token or the endpoint away. */
  lockedOut = false;

  add(counter: Counter, by = 1): void {
    this.#counters.set(counter, this.value(counter) + by);
  }

  value(counter: Counter): number {
    return this.#counters.get(counter) ?? 0;
  }

  text(waiting: number): string {
    const gauges: [string, string, number][] = [
      ["waiting_paths", "Paths that wait to be purged", waiting],
      ["locked_out", "1 while the CDN turns the token or the endpoint away", this.lockedOut ? 1 : 0],
    ];
    const lines = [
      ...counters.map(([name, text]) => metric(`${name}_total`, text, "counter", this.value(name))),
      ...gauges.map(([name, text, value]) => metric(name, text, "gauge", value)),
    ];
    return lines.join("");
  }
}

function metric(name: string, text: string, type: string, value: number): string {
  const full = `cdn_purge_${name}`;
  return `# HELP ${full} ${text}\n# TYPE ${full} ${type}\n${full} ${value}\n`;
}
