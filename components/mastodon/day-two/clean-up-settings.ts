// Settings of the regular clean-ups with tootctl, each off unless wanted.
import { z } from "zod";
import { scheduleSchema } from "./schedule.ts";

/** Hours between two runs of one clean-up. */
const apart = 20;

const job = (schedule: string) => ({
  enabled: z.boolean().default(false),
  schedule: scheduleSchema(apart).default(schedule),
});

const days = (fewest: number, usual: number) =>
  z.int().min(fewest).max(3650).default(usual).describe("older than so many days");

// A day of the week each, as masto.nyc spreads them, at the quiet hour of a North American server (facts/peers A3).
export const cleanUpSettingsSchema = z
  .strictObject({
    media: z
      .strictObject({
        ...job("17 7 * * 0"),
        days: days(7, 30),
        keepInteracted: z
          .boolean()
          .default(true)
          .describe("spares what somebody here answered, boosted, favoured or kept; since Mastodon 4.6"),
      })
      .prefault({})
      .describe("copies of other servers' media; fetched again when somebody looks"),
    profiles: z
      .strictObject({
        ...job("17 7 * * 1"),
        days: days(7, 90),
        headersOnly: z.boolean().default(false).describe("leaves avatars"),
      })
      .prefault({})
      .describe("avatars and headers of remote accounts that nobody here follows"),
    previewCards: z
      .strictObject({ ...job("17 7 * * 2"), days: days(14, 180) })
      .prefault({})
      .describe("pictures of link previews; not fetched again within 14 days"),
    statuses: z
      .strictObject({ ...job("17 7 * * 3"), days: days(30, 180) })
      .prefault({})
      .describe("remote posts that nobody here touched; heavy, builds indices for a while, and cannot be undone"),
    orphans: z
      .strictObject(job("17 7 1 * *"))
      .prefault({})
      .describe("files in the bucket that no record names; lists the whole bucket, which is slow (mastodon#33948)"),
    concurrency: z.int().min(1).max(5).default(2).describe("threads of each clean-up, a database connection each"),
  })
  .describe(
    "all off: the server's own retention (Preferences, Administration, Server settings, Content retention) runs daily and suffices; what is on here deletes besides, by its own days, whichever are fewer",
  );
