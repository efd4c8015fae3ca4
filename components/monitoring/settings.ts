// Settings of what is watched, when somebody is told, and who.
import { z } from "zod";
import { httpsForm, mailAddressesSchema, secretSchema } from "../shapes.ts";
import { heartbeatsSchema } from "./heartbeats.ts";
import { uptimeRegions } from "./limits.ts";

/** A threshold that `false` turns off together with its alarm. */
function orOff(least: number, most: number, what: string) {
  const error = `must be ${what} from ${least} to ${most}, or false for no alarm`;
  return z.union([z.literal(false), z.int({ error }).min(least, { error }).max(most, { error })], { error });
}

const percent = (preset: number) => orOff(1, 100, "a percentage").default(preset);

/**
 * A node that is full of work gets no help from the autoscaler, which counts requests and not use. The kubelet throws out pods when
 * less than 10 % of the disk is left, and deletes unused images from 85 % on (kubernetes.io, node-pressure eviction and garbage
 * collection), so a disk that stays above 80 % holds something else.
 */
const machineSchema = z.strictObject({ cpu: percent(90), memory: percent(90), disk: percent(80) });

/** Load above the CPUs means that queries wait. A full disk makes a database read-only. */
const postgresqlSchema = z.strictObject({
  cpu: percent(80),
  memory: percent(90),
  disk: percent(75).describe(
    "below the share at which the disk grows by itself, so that somebody knows before the bill does",
  ),
  loadPerCpu: orOff(1, 10, "a whole number").default(1).describe("15-minute load average for each CPU"),
});

/**
 * The queue never evicts: full, it refuses jobs, and the server stands still. The cache is full by design, and evicts: only what goes
 * beyond that is worth a word.
 */
const valkeySchema = z.strictObject({
  queue: z.strictObject({ memory: percent(75), cpu: percent(80) }).prefault({}),
  cache: z.strictObject({ memory: percent(95), cpu: percent(80) }).prefault({}),
});

const opensearchSchema = z.strictObject({ cpu: percent(80), memory: percent(90), disk: percent(75) });

/** Each node of the load balancer carries 10,000 connections and 250 new TLS connections a second (docs.digitalocean.com, 2026). */
const loadBalancerSchema = z.strictObject({ connections: percent(80), tls: percent(80), cpu: percent(80) });

const alarmsSchema = z.strictObject({
  nodes: machineSchema.prefault({}).describe("nodes of the cluster"),
  workers: machineSchema.prefault({}).describe("workers outside the cluster, in their own account"),
  loadBalancer: loadBalancerSchema.prefault({}),
  postgresql: postgresqlSchema.prefault({}).describe("the primary and the replica"),
  valkey: valkeySchema.prefault({}),
  opensearch: opensearchSchema.prefault({}).describe("full-text search, where there is one"),
});

const slackNameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, {
  error: "must be lower-case letters, digits and hyphens, for example operators",
});

const slackSchema = z.strictObject({
  channel: z
    .string()
    .regex(/^#?[^\s#@]{1,80}$/, { error: "must be a channel, for example #operators" })
    .describe("channel that the webhook writes to"),
});

const regionsSchema = z
  .array(z.enum(uptimeRegions, { error: `is not allowed; take one of: ${uptimeRegions.join(", ")}` }))
  .min(2, { error: "must name at least two regions: one alone cannot tell an outage from a lost route" })
  .refine((regions) => new Set(regions).size === regions.length, { error: "must name each region once" });

export const monitoringSettingsSchema = z.strictObject({
  emails: mailAddressesSchema
    .min(1, { error: "must name at least one address, or nobody hears of an outage" })
    .describe(
      "must be verified members of the DigitalOcean team, in each account that has workers; others are refused",
    ),
  slack: z
    .record(slackNameSchema, slackSchema)
    .default({})
    .describe("channels that hear the alarms too; the webhook of each is secrets.monitoring.slack.<name>"),
  regions: regionsSchema.default(["us_east", "us_west"]).describe("where the checks from outside run"),
  certificateDays: z.int().min(7).max(60).default(21).describe("alarm when a certificate ends within these days"),
  latencyMillis: orOff(50, 60_000, "milliseconds")
    .default(2000)
    .describe("alarm when a check takes longer for ten minutes; a healthy answer takes a tenth of it"),
  alarms: alarmsSchema.prefault({}).describe("thresholds; false turns an alarm off"),
  watchdogMinutes: z
    .int()
    .min(1)
    .max(30)
    .default(5)
    .describe(
      "minutes between two looks of the watchdog, which runs when secrets.monitoring.heartbeats.watchdog is set",
    ),
});

export const monitoringSecretsSchema = z.strictObject({
  slack: z
    .record(slackNameSchema, secretSchema("secrets.monitoring.slack.<name>", httpsForm))
    .default({})
    .describe("webhook of each channel under monitoring.slack"),
  heartbeats: heartbeatsSchema
    .prefault({})
    .describe("address that each job calls when all is well; a job without one does not report"),
});

export type MonitoringSettings = z.infer<typeof monitoringSettingsSchema>;
export type AlarmSettings = MonitoringSettings["alarms"];
