// The keys that make a server the one that others know: what each is called, and what is lost with it.
import type { MastodonSecrets } from "../environment/inputs.ts";

export interface ServerKey {
  /** Path of the setting that gives it; also its name for the setting `unprotect`. */
  readonly path: string;
  readonly variable: string;
  /** What another value would do. */
  readonly lost: string;
  readonly of: (secrets: MastodonSecrets) => MastodonSecrets["secretKeyBase"];
}

const encrypted = "two-factor secrets and other encrypted data can never be read again";
const pushes = "nobody gets notifications until subscribing anew";

export const serverKeys: readonly ServerKey[] = [
  {
    path: "secrets.mastodon.secretKeyBase",
    variable: "SECRET_KEY_BASE",
    lost: "everybody is logged out",
    of: ({ secretKeyBase }) => secretKeyBase,
  },
  {
    path: "secrets.mastodon.activeRecord.primaryKey",
    variable: "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY",
    lost: encrypted,
    of: ({ activeRecord }) => activeRecord.primaryKey,
  },
  {
    path: "secrets.mastodon.activeRecord.deterministicKey",
    variable: "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY",
    lost: encrypted,
    of: ({ activeRecord }) => activeRecord.deterministicKey,
  },
  {
    path: "secrets.mastodon.activeRecord.keyDerivationSalt",
    variable: "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT",
    lost: encrypted,
    of: ({ activeRecord }) => activeRecord.keyDerivationSalt,
  },
  {
    path: "secrets.mastodon.vapid.privateKey",
    variable: "VAPID_PRIVATE_KEY",
    lost: pushes,
    of: ({ vapid }) => vapid.privateKey,
  },
  {
    path: "secrets.mastodon.vapid.publicKey",
    variable: "VAPID_PUBLIC_KEY",
    lost: pushes,
    of: ({ vapid }) => vapid.publicKey,
  },
];
