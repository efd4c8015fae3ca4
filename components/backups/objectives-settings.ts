// Settings of recovery objectives: how much may be lost (RPO) and how long getting back may take (RTO), for each thing that is backed up.
import { z } from "zod";
import { durationSchema } from "../duration.ts";

/** @param rpo most that may be lost, @param rto longest until it works again */
const objective = (rpo: string, rto: string) =>
  z
    .strictObject({
      rpo: durationSchema.default(rpo).describe("most that may be lost; somebody is told when it is more"),
      rto: durationSchema.default(rto).describe("longest until it is back after the loss of a region"),
    })
    .prefault({});

const copyObjective = z.strictObject({
  rpo: durationSchema.describe("most of the database and the media that is lost when this copy is all that is left"),
});

const run = (longest: string) => durationSchema.default(longest);

/**
 * The longest run of each task that the objectives reckon with; longer ones ring. Below the hours after which a job is ended, because a first copy of
 * everything may take nearly a day, and no later one does.
 */
const runsSchema = z
  .strictObject({
    dump: run("30m").describe("half of the hour between two dumps"),
    media: run("2h").describe("some thousand new objects, and a listing of all"),
    offsite: run("2h"),
    kansasCity: run("2h"),
    valkey: run("15m"),
    cluster: run("15m"),
    escrow: run("15m"),
    state: run("15m"),
  })
  .prefault({});

export const objectivesSchema = z
  .strictObject({
    database: objective("3h", "8h").describe(
      "from dumps; three hours forgive one dump that fails. A region's loss is 8 h (assumed; drills measure the restore)",
    ),
    pointInTime: z
      .strictObject({
        rpo: durationSchema.default("5m"),
        rto: durationSchema.default("2h"),
      })
      .prefault({})
      .describe(
        "from DigitalOcean's own backups, which go back 7 days while the database's region is there; both assumed, as nobody publishes them",
      ),
    nodeLoss: z
      .strictObject({ rto: durationSchema.optional() })
      .prefault({})
      .describe("a lost node, or the database's primary; default: 1h with a standby, as pointInTime.rto without"),
    media: objective("24h", "24h").describe("the server runs without old media while they come back"),
    queues: objective("24h", "8h").describe("jobs that wait in Valkey; feeds can be built anew"),
    secrets: objective("2d", "1h").describe(
      "the bundle is written when a key is made, so rpo is how long it may go unseen that there is none",
    ),
    cluster: objective("2d", "8h").describe("what the cluster's API holds; pulumi up makes most of it again"),
    state: objective("7d", "1h").describe("Pulumi's state; copied after each update, and once a week in any case"),
    offsite: copyObjective.prefault({ rpo: "36h" }).describe("the copy at another provider"),
    kansasCity: copyObjective
      .optional()
      .describe("the copy in Kansas City; default: 24h where backups.kansasCity is set"),
    noticed: durationSchema
      .default("14d")
      .describe(
        "how long a loss may go unnoticed: what is deleted or overwritten can be brought back for at least as long",
      ),
    runs: runsSchema.describe("longest run of each task; a longer one breaks the sums above, and a ticket says so"),
  })
  .describe("recovery objectives: schedules that cannot meet them are refused, and alarms follow from them");

export type RecoveryObjectives = z.infer<typeof objectivesSchema>;
