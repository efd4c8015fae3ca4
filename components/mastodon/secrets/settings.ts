// Mastodon's own secrets as an operator may give them: in whole groups, and in the forms that Mastodon takes.
import { z } from "zod";
import type { Secret } from "../../../src/secret.ts";
import { secretSchema } from "../../shapes.ts";
import { assertVapidPair } from "./vapid.ts";

const given = (name: string, form: RegExp, what: string) => secretSchema(`secrets.mastodon.${name}`, { form, what });

const secretKeyBaseForm = "the SECRET_KEY_BASE of a server: at least 30 characters without spaces, mostly 128";

/** Mastodon aborts on blank ones, and on those of its development settings (config/initializers/active_record_encryption.rb:13-36). */
const activeRecordKey = (name: string) =>
  given(
    `activeRecord.${name}`,
    /^(?!.*DO_NOT_USE_IN_PRODUCTION$)\S{12,}$/,
    "a key of a production server: at least 12 characters without spaces, mostly 32",
  );

const vapidKey = (name: string, form: RegExp, variable: string) =>
  given(`vapid.${name}`, form, `a ${variable} in URL-safe base64`);

/** Secrets of an existing server. Each group is given whole or not at all; what is left out is generated once. */
export const mastodonSecretsSchema = z.strictObject({
  secretKeyBase: given("secretKeyBase", /^\S{30,}$/, secretKeyBaseForm).optional(),
  activeRecord: z
    .strictObject({
      primaryKey: activeRecordKey("primaryKey"),
      deterministicKey: activeRecordKey("deterministicKey"),
      keyDerivationSalt: activeRecordKey("keyDerivationSalt"),
    })
    .optional(),
  vapid: z
    .strictObject({
      // Leading zero bytes of the private key may have been dropped.
      privateKey: vapidKey("privateKey", /^[\w+/-]{38,43}={0,2}$/, "VAPID_PRIVATE_KEY"),
      publicKey: vapidKey("publicKey", /^B[\w+/-]{86}=?$/, "VAPID_PUBLIC_KEY"),
    })
    .superRefine((pair, context) => {
      const message = pairProblem(pair);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .optional(),
});

export type MastodonSecretSettings = z.infer<typeof mastodonSecretsSchema>;

/** Two keys that do not belong together lose every notification without a word. */
function pairProblem({ privateKey, publicKey }: Readonly<Record<"privateKey" | "publicKey", Secret>>) {
  if (!privateKey.isKnown || !publicKey.isKnown) return undefined;
  try {
    assertVapidPair({ privateKey: privateKey.reveal(), publicKey: publicKey.reveal() });
    return undefined;
  } catch {
    return "is no pair: the public key does not belong to the private key; take both from the same server";
  }
}
