// Settings of PostgreSQL: the cluster, its disk, its parameters, its pools and its read replica.
import { z } from "zod";
import { databaseSizeSchema, maintenanceSchema } from "../shapes.ts";
import { logSinkSettingsSchema } from "./log-sink-settings.ts";

/** The database's name is part of its pools' names, which may have 60 characters. */
const identifierSchema = z.string().regex(/^[a-z][a-z0-9_]{2,47}$/, {
  error: "must be 3 to 48 lower-case letters, digits and underscores, for example mastodon",
});

const gib = z.int().min(10).max(20_000);

/** The allowed ranges are those of DigitalOcean's OpenAPI description (`database_storage_autoscale_params`, Aug 2026). */
const storageAutoscaleSchema = z.strictObject({
  enabled: z.boolean().default(true),
  thresholdPercent: z
    .int()
    .min(15)
    .max(95)
    .default(80)
    .describe("how full the disk is when it grows; an alarm rings before it is full either way"),
  incrementGib: z.int().min(10).max(500).default(20).describe("by how much it grows each time; it never shrinks again"),
});

const milliseconds = z.int().min(-1).max(86_400_000);

/** Time-outs end what runs away: one forgotten transaction keeps vacuum from cleaning the whole database. */
const parametersSchema = z.strictObject({
  idleInTransactionSeconds: z
    .int()
    .min(0)
    .max(604_800)
    .default(120)
    .describe("ends a session that leaves a transaction open so long; 0 waits for ever"),
  statementSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe(
      "ends a statement of the application after this; 0 never. Migrations have no limit. Above the minutes that large servers need to refresh Mastodon's materialized views",
    ),
  logStatementsMilliseconds: milliseconds
    .default(2000)
    .describe("logs statements that took so long; -1 logs none. The text may hold what people wrote"),
  logAutovacuumMilliseconds: milliseconds.default(60_000).describe("logs vacuums that took so long; -1 logs none"),
});

const poolSizeSchema = z
  .int()
  .min(1)
  .max(997)
  .optional()
  .describe("server connections of the pool; left out, it is as large as the clients that it must serve");

/** One pool for each kind of process, so that a flood of jobs never takes the connections that people's requests need. */
const poolsSchema = z.strictObject({ web: poolSizeSchema, sidekiq: poolSizeSchema, streaming: poolSizeSchema });

const replicaSchema = z
  .strictObject({
    size: databaseSizeSchema.optional().describe("at least that of the cluster; left out, the same"),
  })
  .describe("a second server for reading, in the same region; off when left out");

/** DigitalOcean's rule for names of database clusters (docs.digitalocean.com, fork a cluster, 2026). */
const clusterNameSchema = z.string().regex(/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/, {
  error: "must be 3 to 63 lower-case letters, digits and hyphens, for example social-postgresql-2",
});

const restoredFromSchema = z
  .strictObject({
    cluster: clusterNameSchema.describe("physical name of the cluster that it is a copy of"),
    at: z.iso
      .datetime({ error: "must be a time in UTC, for example 2026-11-23T15:00:00Z" })
      .describe("at most 7 days before the cluster is made"),
    users: z
      .array(z.string())
      .default([])
      .describe("database users beside the application's that it came with; a later one is made as usual"),
  })
  .describe(
    "the cluster is made as the platform's copy of another one at a time, with its databases and users. `npm run restore` sets it; it stays for as long as this cluster lives",
  );

export const postgresqlSettingsSchema = z.strictObject({
  name: clusterNameSchema
    .optional()
    .describe("physical name; another one only for a cluster that was restored beside the old one (docs/recovery.md)"),
  restoredFrom: restoredFromSchema.optional(),
  version: z.enum(["16", "17", "18"], { error: "must be 16, 17 or 18, in quotes" }).default("17"),
  size: databaseSizeSchema
    .default("db-s-4vcpu-8gb")
    .describe("its memory fixes the connections: 25 for each GiB less 3"),
  nodes: z.int().min(1).max(3).default(2).describe("1 has no standby; 2 and 3 fail over by themselves"),
  storageGib: gib
    .optional()
    .describe(
      "disk of each node; left out, what comes with the size. It can grow and never shrink; with storageAutoscale it counts while it is larger than the disk, which the platform lets grow",
    ),
  storageAutoscale: storageAutoscaleSchema.prefault({}),
  maintenance: maintenanceSchema.prefault({}),
  database: identifierSchema.default("mastodon"),
  user: identifierSchema.default("mastodon"),
  parameters: parametersSchema.prefault({}),
  pools: poolsSchema.prefault({}),
  clientsPerConnection: z
    .number()
    .min(1)
    .max(4)
    .default(1)
    .describe(
      "client connections that may share one of a pool. 1 never waits. More trusts that most clients are idle most of the time, which holds for web and streaming, less for busy Sidekiq: then requests queue in the pooler",
    ),
  replica: replicaSchema.optional(),
  logSink: logSinkSettingsSchema.optional(),
});

export type PostgresqlSettings = z.infer<typeof postgresqlSettingsSchema>;
