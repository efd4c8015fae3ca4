// Closes the bundle with age, and keeps the last one where nothing in it has changed: age never gives the same text twice.
import { armor, Encrypter } from "age-encryption";
import { z } from "zod";
import type { Existing } from "../../policies/destruction.ts";
import { bundleFingerprint, bundleText, type EscrowContents } from "./bundle.ts";

export interface SealedBundle {
  /** In age's armour, plain ASCII. */
  readonly text: string;
  readonly fingerprint: string;
}

/** Name of the object's metadata that holds the fingerprint. S3 takes lower-case names only. */
export const fingerprintField = "fingerprint";

const objectSchema = z.object({ content: z.string(), metadata: z.object({ [fingerprintField]: z.string() }) });

/** The bundle that the stack's state has under a logical name; nothing where there is none or it is incomplete. */
export function savedBundle(state: readonly Existing[], logicalName: string): SealedBundle | undefined {
  const object = state.find(
    ({ type, name }) => type === "digitalocean:index/spacesBucketObject:SpacesBucketObject" && name === logicalName,
  );
  const saved = objectSchema.safeParse(object?.outputs);
  if (!saved.success) return undefined;
  return { text: saved.data.content, fingerprint: saved.data.metadata[fingerprintField] };
}

/**
 * @param recipients public keys; each alone opens the bundle
 * @param saved the last bundle, given back when it holds the same for the same recipients
 */
export async function sealedBundle(
  contents: EscrowContents,
  recipients: readonly string[],
  saved: SealedBundle | undefined,
): Promise<SealedBundle> {
  const fingerprint = bundleFingerprint(contents, recipients);
  if (saved?.fingerprint === fingerprint) return saved;
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const closed = await encrypter.encrypt(bundleText(contents, new Date().toISOString()));
  return { text: armor.encode(closed), fingerprint };
}
