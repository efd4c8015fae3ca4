// The variables that Mastodon reads, by process. Anything else would be set in vain.
import data from "./names.json" with { type: "json" };

/** `jobs` is every Rails process that runs once: migrations, tootctl. */
export const processes = ["web", "sidekiq", "streaming", "jobs"] as const;
export type Process = (typeof processes)[number];

const readers: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(data.readBy).flatMap(([readBy, names]) => names.map((name) => [name, readBy.split(" ")] as const)),
);

/** Whether Mastodon reads the variable in that process. */
export function isReadBy(name: string, process: Process): boolean {
  return readers.get(name)?.includes(process) ?? false;
}

/** Whether any process of Mastodon reads the variable. */
export function isKnown(name: string): boolean {
  return readers.has(name);
}

/** Whether the variable holds a secret, and so belongs in a Kubernetes Secret. */
export function isSecret(name: string): boolean {
  return data.secret.includes(name);
}
