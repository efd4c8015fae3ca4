// Settings of what a server needs besides running: its first owner, search indices, clean-ups, blocked mail domains, single commands.
import { z } from "zod";
import { resourcesSchema } from "../settings.ts";
import { cleanUpSettingsSchema } from "./clean-up-settings.ts";
import { commandProblem } from "./commands.ts";
import { mailDomainsSettingsSchema } from "./mail-domains-settings.ts";
import { timeZoneSchema } from "./schedule.ts";

const adminSchema = z
  .strictObject({
    username: z.string().regex(/^[a-z0-9_]{1,30}$/, {
      error: "must be 1 to 30 lower-case letters, digits and underscores, for example alice",
    }),
    email: z.email({ error: "must be a mail address that receives mail now: it gets the link to set a password" }),
  })
  .describe(
    "the account that owns the server: made once, or given the role if it is there with this address; sets its password by mail; take it out again after the first login",
  );

/** Of a command that says with how many threads it works; tootctl keeps one connection besides. Others stay within the default. */
function connectionsOf(run: string): number {
  const threads = /(?:--concurrency|-c)[ =](\d+)/.exec(run)?.[1];
  return threads === undefined ? 0 : Number(threads) + 1;
}

const commandSchema = z
  .strictObject({
    run: z
      .string()
      .superRefine((run, context) => {
        const message = commandProblem(run);
        if (message !== undefined) context.addIssue({ code: "custom", message });
      })
      .describe("what stands behind tootctl, for example feeds build --concurrency 2"),
    revision: z.int().min(1).default(1).describe("another number runs it once more"),
    connections: z.int().min(1).max(20).default(6).describe("database connections: one more than its --concurrency"),
    hours: z.int().min(1).max(168).default(24).describe("it is ended after so many hours"),
  })
  .superRefine(({ run, connections }, context) => {
    const opened = connectionsOf(run);
    if (opened <= connections) return;
    const message = `must be at least ${opened}, one more than the command's --concurrency, so that the plan counts what it opens`;
    context.addIssue({ code: "custom", path: ["connections"], params: { shown: connections }, message });
  });

const nameSchema = z.string().regex(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/, {
  error: "must be up to 30 lower-case letters, digits and hyphens, starting with a letter, for example feeds",
});

export const dayTwoSettingsSchema = z.strictObject({
  admin: adminSchema.optional(),
  searchIndex: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe("only where database.opensearch is; harmless where nothing is left to do"),
      concurrency: z.int().min(1).max(5).default(2).describe("threads that read from the database"),
    })
    .prefault({})
    .describe("builds what the search lacks, after the first update and after each new version"),
  cleanUp: cleanUpSettingsSchema.prefault({}),
  mailDomains: mailDomainsSettingsSchema.optional(),
  commands: z.record(nameSchema, commandSchema).default({}).describe("tootctl commands, each run once"),
  timeZone: timeZoneSchema.default("Etc/UTC").describe("of all schedules here"),
  resources: resourcesSchema.prefault({ cpu: "100m", memory: "512Mi", memoryLimit: "1536Mi" }).describe("of each job"),
});

export type DayTwoSettings = z.infer<typeof dayTwoSettingsSchema>;
