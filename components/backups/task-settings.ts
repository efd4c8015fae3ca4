// Settings of the jobs that make, copy and prove backups. Times are UTC; no two begin at the same minute.
import { z } from "zod";
import { scheduleSchema } from "../mastodon/day-two/schedule.ts";
import { resourcesSchema } from "../mastodon/settings.ts";
import { keepSchema } from "./keep-settings.ts";

/** Hours between two runs of one job. */
const apart = 1;

const at = (schedule: string) => scheduleSchema(apart).default(schedule);

const onlyAt = (schedule: string) => z.strictObject({ schedule: at(schedule) }).prefault({});

/** What a run may fill before it ends: a volume of its own where it is more than nodes have to spare (scratch.ts). */
const scratchSchema = z.string().regex(/^([1-9]|[1-9]\d{1,3}|1[0-5]\d{3})Gi$/, {
  error: "must be 1Gi to 15999Gi, for example 40Gi",
});

export const databaseDumpSchema = z
  .strictObject({
    schedule: at("17 * * * *"),
    keep: keepSchema.prefault({}),
    jobs: z.int().min(1).max(8).default(2).describe("tables that are dumped at the same time, a connection each"),
    scratch: scratchSchema
      .default("40Gi")
      .describe("room for all tables as they are, and the archive beside them: as much as the database takes"),
    hours: z.int().min(1).max(24).default(4).describe("a dump is ended after so many hours"),
  })
  .describe(
    "encrypted dumps of the database into the backups bucket, for what may happen; mastodon.upgrades makes one more before a migration, for going back",
  );

export const mediaCopySchema = z
  .strictObject({
    schedule: at("43 */6 * * *"),
    keepDeletedDays: z
      .int()
      .min(1)
      .max(3650)
      .default(30)
      .describe("days for which deleted and overwritten media can be brought back"),
    scratch: scratchSchema.default("5Gi").describe("room for lists of all objects, some 200 bytes each"),
  })
  .describe("media, copied into the region of the backups");

export const offsiteSchema = z
  .strictObject({
    schedule: at("27 4 * * *"),
    media: z
      .boolean()
      .default(true)
      .describe(
        "the media too: as much again to pay for, and what people deleted stays there for up to keepDays and lockDays",
      ),
    scratch: scratchSchema.default("20Gi").describe("room for the largest dump and a part of it"),
  })
  .describe("the backups bucket, copied to the other provider");

export const valkeySnapshotSchema = z
  .strictObject({
    schedule: at("37 */6 * * *"),
    scratch: scratchSchema.default("10Gi").describe("room for the snapshot, plain and encrypted"),
  })
  .describe("Sidekiq's queues and the home feeds");

export const smallTasks = {
  cluster: onlyAt("7 3 * * *").describe("what the cluster's API holds, without secrets"),
  escrow: onlyAt("9 5 * * *").describe(
    "looks whether the bundle of the server's keys is there; escrow.recipients makes it",
  ),
  state: onlyAt("51 */6 * * *").describe(
    "looks how old the newest copy of Pulumi's state is, which operators or CI put there with npm run backup-state",
  ),
};

export const drillSchema = z
  .strictObject({
    schedule: at("13 6 * * 6").describe("restores the newest dump of the backups bucket"),
    offsiteSchedule: at("13 6 * * 3").describe("restores the newest dump of the copy at the other provider"),
    scratch: scratchSchema
      .default("100Gi")
      .describe("room for the dump and the database that is restored from it: twice and a half what that takes"),
    hours: z.int().min(1).max(72).default(12).describe("a drill is ended after so many hours"),
    resources: resourcesSchema
      .prefault({ cpu: "200m", memory: "512Mi", memoryLimit: "2Gi" })
      .describe("of the PostgreSQL that it is restored into"),
  })
  .describe("proves that backups can be restored");
