// Settings of the host that pulls the backups: when, to where, and how long its copies stay. Times are UTC, as those of the cluster's jobs.
import { z } from "zod";
import { scheduleSchema } from "../../mastodon/day-two/schedule.ts";
import { keepSchema } from "../keep-settings.ts";
import { calendarOf } from "./calendar.ts";

/** Hours between two runs. */
const apart = 1;

const timerSchema = (usual: string) =>
  scheduleSchema(apart)
    .refine((schedule) => calendarOf(schedule) !== undefined, {
      error: "names both a day of the month and a weekday, which the host's timer cannot tell apart; take one of them",
    })
    .default(usual);

/** What a service may write, and nothing that belongs to the system: a disk is mounted under /srv, /mnt, /media or a folder of its own. */
const ofTheSystem = /^\/(bin|boot|dev|etc|home|lib\w*|opt|proc|root|run|sbin|sys|tmp|usr)(\/|$)/;

const folderSchema = z
  .string()
  .regex(/^(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/, { error: "must be an absolute path such as /srv/mastodon-copies" })
  .refine((path) => !ofTheSystem.test(path) && !/^\/(var|srv|mnt|media)$/.test(path), {
    error: "belongs to the system; take a folder of its own, such as /srv/mastodon-copies or /mnt/disk/copies",
  });

const folderTarget = z.strictObject({
  kind: z.literal("folder").default("folder"),
  path: folderSchema.default("/srv/mastodon-copies"),
  mounted: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .describe("the path is where a disk is mounted; while it is not, nothing is pulled"),
});

const bucketTarget = z
  .strictObject({
    kind: z.literal("s3"),
    endpoint: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, {
        error: "must be the store's host name, with its port where it is not 443, for example s3.example:9000",
      })
      .describe("S3-compatible store, reached by https"),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, { error: "must be a region such as us-east-1" })
      .default("us-east-1")
      .describe("what the store calls its region"),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: "must be the name of a bucket" }),
  })
  .describe("a bucket, with secrets.backups.kansasCity; the host itself keeps nothing then");

export const kansasCitySchema = z
  .strictObject({
    schedule: timerSchema("31 */6 * * *").describe("when the host pulls"),
    target: z
      .discriminatedUnion("kind", [folderTarget, bucketTarget], { error: "must have the kind folder or s3" })
      .prefault({ kind: "folder" }),
    keep: keepSchema.prefault({}).describe("how many of the host's own copies stay, whatever the cluster removes"),
    keepDeletedDays: z
      .int()
      .min(1)
      .max(3650)
      .default(90)
      .describe("days for which the host keeps media that the backups bucket has no more"),
    drill: z
      .strictObject({
        enabled: z
          .boolean({ error: "must be true or false" })
          .default(false)
          .describe("restores the newest dump on the host too, with secrets.backups.drillIdentity"),
        schedule: timerSchema("13 6 * * 0").describe("when"),
      })
      .prefault({}),
    scratch: folderSchema
      .default("/var/cache/mastodon-pull")
      .describe("folder on the host for work in progress; a drill needs room there for the whole database"),
    generation: z.int().min(1).max(999).default(1).describe("raise it for a new key to the tailnet, and another host"),
  })
  .describe(
    "a Debian or Ubuntu host of your own, on the tailnet, that pulls the backups: no login of the cluster reaches it; none while left out",
  );

export type KansasCitySettings = z.infer<typeof kansasCitySchema>;
