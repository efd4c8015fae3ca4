// What makes a server the one that others know: its domain, its name, and its keys. No resource protects these, so they are compared.
import { serverKeys, type ServerKey } from "../components/mastodon/secrets/keys.ts";
import { vapidPair } from "../components/mastodon/secrets/vapid.ts";
import { fieldOf } from "../src/plain.ts";
import type { Existing } from "./destruction.ts";

/** Names for the setting `unprotect` that are no resources. */
export const keyNames: readonly string[] = serverKeys.map(({ path }) => path);

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
 * The keys that would get another value than the one that the cluster runs with: given otherwise, or given no longer, so that one is made which
 * nobody has seen yet.
 * @param given values by path
 * @param unprotect paths that may change in this run
 */
export function changedKeys(
  given: ReadonlyMap<string, string>,
  state: readonly Existing[],
  unprotect: readonly string[],
): string[] {
  const generated = generatedValues(state);
  return serverKeys
    .flatMap((key) => {
      const running = valuesOf(key.variable, state);
      if (running.length === 0 || unprotect.includes(key.path)) return [];
      const value = given.get(key.path);
      if (value !== undefined) return running.includes(value) ? [] : [otherValue(key)];
      return running.some((one) => generated.has(one)) ? [] : [noLongerGiven(key)];
    })
    .map((line, index) => line(unprotect.length + index));
}

/** A line that is told the place of its path in `unprotect`. */
type Line = (place: number) => string;

const onPurpose = (path: string, place: number): string =>
  `if you mean it, for one run: pulumi config set --path 'mastodon:unprotect[${place}]' ${path}`;

function otherValue({ path, lost }: ServerKey): Line {
  return (place) =>
    `mastodon:${path}: is another one than the running server has: ${lost}; set it back, or, ${onPurpose(path, place)}`;
}

function noLongerGiven({ path, variable, lost }: ServerKey): Line {
  return (place) =>
    `mastodon:${path}: is not given any more, and a new one would be made in its place: ${lost}; set it again to the ${variable} that the server has (docs/secrets.md tells where to read it), or, ${onPurpose(path, place)}`;
}

/** What the stack has made itself, in the form in which the server reads it. */
function generatedValues(state: readonly Existing[]): Set<string> {
  return new Set(
    state.flatMap(({ type, outputs }) => {
      const text = (name: string) => textOf(outputs, name) ?? [];
      if (type === "random:index/randomBytes:RandomBytes") return text("hex");
      if (type === "random:index/randomPassword:RandomPassword") return text("result");
      const pem = type === "tls:index/privateKey:PrivateKey" ? textOf(outputs, "privateKeyPem") : undefined;
      return pem === undefined ? [] : pairOf(pem);
    }),
  );
}

/** The stack has other keys as well, of other kinds. */
function pairOf(pem: string): string[] {
  try {
    return Object.values(vapidPair(pem));
  } catch {
    return [];
  }
}

/** The values that the cluster holds under a key: in Secrets, which the API server gives back in base64, and in ConfigMaps. */
function valuesOf(variable: string, state: readonly Existing[]): string[] {
  return state.flatMap(({ type, outputs }) => {
    const data = textOf(outputs["data"], variable) ?? [];
    if (type === "kubernetes:core/v1:ConfigMap") return data;
    if (type !== "kubernetes:core/v1:Secret") return [];
    const decoded = typeof data === "string" ? Buffer.from(data, "base64").toString() : data;
    return [decoded, textOf(outputs["stringData"], variable) ?? []].flat();
  });
}

function textOf(holder: unknown, key: string): string | undefined {
  const value = fieldOf(holder, key);
  return typeof value === "string" ? value : undefined;
}
