// What lies in the escrow bundle, as text and as a fingerprint that tells nothing about it.
import { createHmac } from "node:crypto";

/** Raised by one for every change that a reader of bundles could stumble over. */
const formatVersion = 1;

/** One secret that cannot be made again. */
export interface EscrowedSecret {
  /** Mastodon's name for it. */
  readonly variable: string;
  /** Path of the setting that gives it to a new stack, for example `secrets.mastodon.secretKeyBase`. */
  readonly setting: string;
  readonly value: string;
}

/** A bucket that a new stack would look for. */
interface EscrowedBucket {
  readonly purpose: string;
  readonly provider: string;
  readonly name: string;
  readonly region: string;
}

export interface EscrowContents {
  readonly server: { readonly name: string; readonly localDomain: string; readonly webDomain: string };
  readonly secrets: readonly EscrowedSecret[];
  readonly buckets: readonly EscrowedBucket[];
}

/** @param madeAt when it is closed, as ISO text */
export function bundleText(contents: EscrowContents, madeAt: string): string {
  return `${JSON.stringify({ format: "mastodon-escrow", version: formatVersion, madeAt, ...contents }, undefined, 2)}\n`;
}

/**
 * Differs when the contents or the recipients do. It stands beside the bundle in the clear, so it is keyed by the secrets themselves: who does
 * not have all of them, 64 random bytes among them, can test no guess of one.
 */
export function bundleFingerprint(contents: EscrowContents, recipients: readonly string[]): string {
  const key = contents.secrets.map(({ value }) => value).join("\n");
  const sealed = JSON.stringify([formatVersion, contents, recipients.toSorted()]);
  return createHmac("sha256", key).update(sealed).digest("hex").slice(0, 32);
}
