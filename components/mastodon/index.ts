// Mastodon, as the program sees it.
export type { GivenSecrets, MastodonArgs, Placement, Toleration } from "./args.ts";
export { Mastodon } from "./mastodon.ts";
export { type MastodonSettings, mastodonSecretsSchema, mastodonSettingsSchema } from "./settings.ts";
export type { WorkloadEntry } from "./workload-list.ts";
