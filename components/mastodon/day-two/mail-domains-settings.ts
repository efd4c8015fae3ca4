// Settings of the daily look at lists of mail domains that nobody may sign up with.
import { z } from "zod";
import { hostnameSchema } from "../../shapes.ts";
import { scheduleSchema } from "./schedule.ts";

const listSchema = z.string().regex(/^https:\/\/[^\s/@"'$`\\]+\/[^\s"'$`\\]*$/, {
  error:
    "must be an address that begins with https://, has a path and no login, and answers with one domain a line, for example https://example.org/domains.txt",
});

export const mailDomainsSettingsSchema = z
  .strictObject({
    lists: z
      .array(listSchema)
      .min(1, { error: "must name at least one list, or leave dayTwo.mailDomains out" })
      .refine((lists) => new Set(lists).size === lists.length, { error: "must name each list once" }),
    schedule: scheduleSchema(1).default("47 7 * * *"),
    fewest: z.int().min(1).default(100).describe("a list with fewer domains is taken for broken, and left alone"),
    most: z.int().min(1).max(1_000_000).default(200_000).describe("the same for one with more"),
    never: z
      .array(hostnameSchema)
      .default([])
      .describe(
        "a list that names one of these, a large mail provider or this server's own domain is left alone as a whole",
      ),
    users: z
      .int()
      .min(1)
      .default(3)
      .describe("domains that so many people here use are not blocked, whatever a list says"),
  })
  .refine(({ fewest, most }) => fewest < most, { path: ["fewest"], error: "must be less than most" })
  .describe(
    "blocks sign-ups from listed mail domains; only adds, and never touches what people blocked or unblocked by hand; default: off",
  );
