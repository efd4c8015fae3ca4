// Who yields to whom when nodes are full.

/** Web, streaming and the edge: what people wait for. */
export const serving = "mastodon-serving";

/** Sidekiq and jobs: what can wait a little. */
export const working = "mastodon-working";

/** Below the system's own classes, above everything that has none. */
export const priorityClasses = [
  { name: serving, value: 100_000, description: "Mastodon's web, streaming and edge pods" },
  { name: working, value: 50_000, description: "Mastodon's Sidekiq pods and jobs" },
] as const;
