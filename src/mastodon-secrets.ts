// Hands the secrets of an existing server over as Pulumi secrets.
import type { GivenSecrets } from "../components/mastodon/args.ts";
import type { MastodonSecretSettings } from "../components/mastodon/secrets/settings.ts";
import { secretOutput } from "./load-settings.ts";

/** The operator's own secrets; groups that are missing are left out, so that they are generated. */
export function mastodonSecrets(given: MastodonSecretSettings): { secrets?: GivenSecrets } {
  const { secretKeyBase, activeRecord, vapid } = given;
  if (secretKeyBase === undefined && activeRecord === undefined && vapid === undefined) return {};
  return {
    secrets: {
      ...(secretKeyBase && { secretKeyBase: secretOutput(secretKeyBase) }),
      ...(activeRecord && {
        activeRecord: {
          primaryKey: secretOutput(activeRecord.primaryKey),
          deterministicKey: secretOutput(activeRecord.deterministicKey),
          keyDerivationSalt: secretOutput(activeRecord.keyDerivationSalt),
        },
      }),
      ...(vapid && {
        vapid: { privateKey: secretOutput(vapid.privateKey), publicKey: secretOutput(vapid.publicKey) },
      }),
    },
  };
}
