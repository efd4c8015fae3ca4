// What makes a server the one that others know: its domain, its name, and its keys. No resource protects these, so they are compared.
import type { Existing } from "./destruction.ts";

/** A key that the operator gives, and where the running server has it. */
interface Key {
  /** Path of the setting; also its name for the setting `unprotect`. */
  readonly path: string;
  readonly variable: string;
  readonly lost: string;
}

const encrypted = "two-factor secrets and other encrypted data can never be read again";
const pushes = "nobody gets notifications until subscribing anew";

const keys: readonly Key[] = [
  {
    path: "secrets.mastodon.secretKeyBase",
    variable: "SECRET_KEY_BASE",
    lost: "everybody is logged out",
  },
  {
    path: "secrets.mastodon.activeRecord.primaryKey",
    variable: "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY",
    lost: encrypted,
  },
  {
    path: "secrets.mastodon.activeRecord.deterministicKey",
    variable: "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY",
    lost: encrypted,
  },
  {
    path: "secrets.mastodon.activeRecord.keyDerivationSalt",
    variable: "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT",
    lost: encrypted,
  },
  { path: "secrets.mastodon.vapid.privateKey", variable: "VAPID_PRIVATE_KEY", lost: pushes },
  { path: "secrets.mastodon.vapid.publicKey", variable: "VAPID_PUBLIC_KEY", lost: pushes },
];

/** Names for the setting `unprotect` that are no resources. */
export const keyNames: readonly string[] = keys.map(({ path }) => path);

/** A server's name and domain. */
export interface Identity {
  readonly name: string;
  readonly domain: string;
}

/**
 * What differs from the last update in the two that can never be changed: one line each, and no way around.
 * @param before as far as it is known
 */
export function changedIdentity(now: Identity, before: Partial<Identity>): string[] {
  return [
    ...(before.domain !== undefined && before.domain !== now.domain
      ? [
          `mastodon:domains.local: ${now.domain} can never replace ${before.domain}: all other servers know the accounts under the old domain, and would take them for strangers; set it back, or start another stack for a new server`,
        ]
      : []),
    ...(before.name !== undefined && before.name !== now.name
      ? [
          `mastodon:name: ${now.name} can never replace ${before.name}: databases and buckets bear the name, and would be made anew, empty; set it back`,
        ]
      : []),
  ];
}

/**
 * The keys of which the operator gives another value than the one that the cluster runs with.
 * @param given values by path
 * @param unprotect paths that may change in this run
 */
export function changedKeys(
  given: ReadonlyMap<string, string>,
  state: readonly Existing[],
  unprotect: readonly string[],
): string[] {
  return keys
    .filter(({ path, variable }) => {
      const running = valuesOf(variable, state);
      const value = given.get(path);
      return value !== undefined && running.length > 0 && !running.includes(value) && !unprotect.includes(path);
    })
    .map(
      ({ path, lost }, index) =>
        `mastodon:${path}: is another one than the running server has: ${lost}; set it back, or, if you mean it, for one run: pulumi config set --path 'mastodon:unprotect[${unprotect.length + index}]' ${path}`,
    );
}

/** The values that Secrets of the cluster hold under a key. The API server gives them back in base64. */
function valuesOf(variable: string, state: readonly Existing[]): string[] {
  return state
    .filter(({ type }) => type === "kubernetes:core/v1:Secret")
    .flatMap(({ outputs }) => {
      const encoded = fieldOf(outputs["data"], variable);
      const plain = fieldOf(outputs["stringData"], variable);
      return [
        ...(encoded === undefined ? [] : [Buffer.from(encoded, "base64").toString()]),
        ...(plain === undefined ? [] : [plain]),
      ];
    });
}

function fieldOf(holder: unknown, key: string): string | undefined {
  const value: unknown = typeof holder === "object" && holder !== null ? Reflect.get(holder, key) : undefined;
  return typeof value === "string" ? value : undefined;
}
