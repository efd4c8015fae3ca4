// Settings of the escrow bundle: who can open the copy of the secrets that nobody can make again.
import { z } from "zod";
import { recipientProblem, usesPostQuantum } from "./recipients.ts";

const recipientSchema = z.string().superRefine((recipient, context) => {
  const problem = recipientProblem(recipient);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

/** Public age keys of one kind, each once; none is allowed. */
export const recipientsSchema = z
  .array(recipientSchema)
  .default([])
  .refine((recipients) => new Set(recipients).size === recipients.length, { error: "must name each key once" })
  .refine((recipients) => new Set(recipients.map(usesPostQuantum)).size < 2, {
    error: "mixes age1pq1… keys with age1… keys, which makes what they open as weak as the weaker: take one kind",
  });

export const escrowSettingsSchema = z.strictObject({
  recipients: recipientsSchema.describe(
    "public age keys (age-keygen makes a pair) that open the bundle of unrecoverable secrets in the backups bucket; two people at least, whose private keys are kept away from this stack; empty: no bundle",
  ),
});
