// A copy of Pulumi's state in the backups bucket: compressed, and closed with age before it leaves this machine.
import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import { Encrypter } from "age-encryption";
import { z } from "zod";
import { stampOf } from "../restore/stamp.ts";
import type { Store } from "../restore/store.ts";
import { UsageError } from "../stack-choice.ts";

const compress = promisify(zstdCompress);

const exportSchema = z.looseObject({
  deployment: z.looseObject({
    secrets_providers: z.looseObject({ type: z.string() }).optional(),
    resources: z.array(z.unknown()).min(1),
  }),
});

export interface StateCopy {
  readonly key: string;
  readonly bytes: number;
  readonly resources: number;
}

/**
 * @param exported what `pulumi stack export` prints: its secrets are encrypted
 * @param recipients public age keys; each alone opens the copy
 * @throws UsageError where there is nothing to copy, or nobody could open the copy
 */
export async function backUpState(
  exported: string,
  recipients: readonly string[],
  store: Pick<Store, "write">,
  now: Date,
): Promise<StateCopy> {
  if (recipients.length === 0)
    throw new UsageError(
      "mastodon:backups.recipients: nobody could open the copy; name public age keys there or in escrow.recipients (docs/secrets.md)",
    );
  const state = exportSchema.safeParse(JSON.parse(exported));
  if (!state.success)
    throw new UsageError("the stack has no resources yet, so there is no state to copy; run `pulumi up`");
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const closed = Buffer.from(await encrypter.encrypt(await compress(exported)));
  const key = `state/${stampOf(now)}.json.zst.age`;
  await store.write(key, closed, "application/age");
  return { key, bytes: closed.length, resources: state.data.deployment.resources.length };
}
