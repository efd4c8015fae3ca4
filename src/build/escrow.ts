// Builds the escrow bundle, where the settings name somebody who can open it.
import * as pulumi from "@pulumi/pulumi";
import type { EscrowedSecret } from "../../components/escrow/bundle.ts";
import { Escrow } from "../../components/escrow/escrow.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import { serverKeys } from "../../components/mastodon/secrets/keys.ts";
import type { Existing } from "../../policies/destruction.ts";
import type { Context } from "./context.ts";
import { bucketPlaces } from "./storage-outputs.ts";
import type { Storage } from "./storage.ts";

export interface EscrowParts {
  readonly storage: Storage;
  readonly mastodon: Mastodon;
  /** The stack's state. */
  readonly saved: readonly Existing[];
}

/** Nothing without recipients. What an earlier update put into the bucket stays there either way. */
export function buildEscrow(context: Context, { storage, mastodon, saved }: EscrowParts): Escrow | undefined {
  const { settings, inMainAccount } = context;
  const { recipients } = settings.escrow;
  if (recipients.length === 0) return undefined;
  const { name, domains } = settings;
  const buckets = bucketPlaces(context);
  const server = { name, localDomain: domains.local, webDomain: domains.web };
  const contents = escrowedSecrets(mastodon).apply((secrets) => ({ server, secrets, buckets }));
  return new Escrow(
    "escrow",
    {
      bucket: storage.backups.bucket.bucket,
      region: settings.storage.backups.region,
      contents,
      recipients,
      state: saved,
    },
    inMainAccount,
  );
}

/** All that is generated once, or was given by the operator, and cannot be made again. Passwords of services can. */
function escrowedSecrets({ keys }: Mastodon): pulumi.Output<EscrowedSecret[]> {
  return pulumi.output(
    serverKeys.map(({ variable, path: setting, of }) => ({ variable, setting, value: pulumi.output(of(keys)) })),
  );
}

/** The output `backups.escrow`; nothing without a bundle. */
export function escrowOutput({ buckets }: Context, escrow: Escrow | undefined) {
  return escrow === undefined ? {} : { escrow: { bucket: buckets.backups, key: escrow.key } };
}
