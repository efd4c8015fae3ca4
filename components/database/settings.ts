// Settings of PostgreSQL and Valkey.
import { z } from "zod";
import { databaseSizeSchema, maintenanceSchema } from "../shapes.ts";

const identifierSchema = z.string().regex(/^[a-z][a-z0-9_]{2,62}$/, {
  error: "must be 3 to 63 lower-case letters, digits and underscores, for example mastodon",
});

const postgresqlSettingsSchema = z.strictObject({
  version: z.enum(["16", "17", "18"], { error: "must be 16, 17 or 18, in quotes" }).default("17"),
  size: databaseSizeSchema.default("db-s-2vcpu-4gb"),
  nodes: z.int().min(1).max(3).default(2).describe("1 has no standby; 2 and 3 fail over by themselves"),
  storageGib: z.int().min(10).max(20_000).default(60).describe("disk of each node; it can grow, never shrink"),
  maintenance: maintenanceSchema.prefault({}),
  database: identifierSchema.default("mastodon"),
  user: identifierSchema.default("mastodon"),
  poolSize: z
    .int()
    .min(1)
    .max(1000)
    .default(80)
    .describe("server connections of the transaction pool; the rest is left for migrations, dumps and people"),
});

const valkeyInstanceSchema = z.strictObject({
  version: z.enum(["8"], { error: 'must be "8", in quotes' }).default("8"),
  size: databaseSizeSchema.default("db-s-1vcpu-2gb"),
  nodes: z.int().min(1).max(3).default(1),
  maintenance: maintenanceSchema.prefault({}),
});

export const databaseSettingsSchema = z.strictObject({
  postgresql: postgresqlSettingsSchema.prefault({}),
  valkey: z
    .strictObject({
      queue: valkeyInstanceSchema.prefault({ nodes: 2 }).describe("jobs and feeds: never evicts"),
      cache: valkeyInstanceSchema.prefault({ size: "db-s-1vcpu-1gb" }).describe("Rails cache: may evict"),
    })
    .prefault({}),
});

export type PostgresqlSettings = z.infer<typeof postgresqlSettingsSchema>;
export type ValkeySettings = z.infer<typeof valkeyInstanceSchema>;
