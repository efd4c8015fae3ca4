// Settings of a move of the media to another host name.
import { z } from "zod";
import { dateSchema, hostnameSchema } from "../../shapes.ts";

/**
 * Two steps, a week or more apart. First `to` names the new host, which browsers are then allowed to load from. Later `domains.media` gets
 * the new host and `from` names the old one, which stays served and allowed.
 */
export const mediaMoveSchema = z
  .strictObject({
    to: hostnameSchema.optional().describe("the new host, while domains.media is still the old one"),
    from: hostnameSchema.optional().describe("the old host, once domains.media is the new one"),
    announced: dateSchema.describe("day of the first `pulumi up` that allows the new host (UTC)"),
    switchOn: dateSchema.describe("first day of the new host (UTC); at least 7 days after announced"),
    atOnce: z
      .boolean({ error: "must be true or false" })
      .default(false)
      .describe("switches without notice; only for a server that nobody uses yet"),
  })
  .refine(({ to, from }) => (to === undefined) !== (from === undefined), {
    error: "must have exactly one of `to` (before the switch) and `from` (after it)",
  });

export type MediaMove = z.infer<typeof mediaMoveSchema>;
