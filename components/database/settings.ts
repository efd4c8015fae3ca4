// Settings of all managed databases: PostgreSQL, Valkey and, if wanted, OpenSearch.
import { z } from "zod";
import { databaseSizeSchema, maintenanceSchema } from "../shapes.ts";
import { postgresqlSettingsSchema } from "./postgresql-settings.ts";

/** Each instance has defaults field by field: whoever sets only its maintenance window keeps its standby. Standbys need 2 GiB. */
const valkeyInstanceShape = (size: string, nodes: number) => ({
  version: z.enum(["8"], { error: 'must be "8", in quotes' }).default("8"),
  size: databaseSizeSchema.default(size),
  nodes: z.int().min(1).max(3).default(nodes),
  maintenance: maintenanceSchema.prefault({}),
});

const valkeyQueueSchema = z.strictObject(valkeyInstanceShape("db-s-1vcpu-2gb", 2));

const valkeyCacheSchema = z.strictObject({
  enabled: z.boolean().default(true).describe("without it the Rails cache lives with jobs and feeds, and never evicts"),
  ...valkeyInstanceShape("db-s-1vcpu-1gb", 1),
});

const opensearchSettingsSchema = z
  .strictObject({
    version: z.enum(["2"], { error: 'must be "2", in quotes: newer ones Mastodon warns about' }).default("2"),
    size: databaseSizeSchema.default("db-s-1vcpu-2gb"),
    nodes: z
      .literal([1, 3, 6, 9, 15], { error: "must be 1, 3, 6, 9 or 15" })
      .default(1)
      .describe("1 loses the index with its node, and tootctl search deploy makes it again"),
    maintenance: maintenanceSchema.prefault({}),
  })
  .describe("full-text search; off when left out");

const tagSchema = z.string().regex(/^[A-Za-z0-9:_-]{1,255}$/, {
  error: "must be a DigitalOcean tag: letters, digits, colons, hyphens and underscores",
});

export const databaseSettingsSchema = z.strictObject({
  postgresql: postgresqlSettingsSchema.prefault({}),
  valkey: z
    .strictObject({
      queue: valkeyQueueSchema.prefault({}).describe("jobs and feeds: never evicts"),
      cache: valkeyCacheSchema.prefault({}).describe("Rails cache: may evict"),
    })
    .prefault({}),
  opensearch: opensearchSettingsSchema.optional(),
  trustedTags: z
    .array(tagSchema)
    .default([])
    .describe("droplets with one of these tags may connect too; besides them only the cluster may"),
});

export type DatabaseSettings = z.infer<typeof databaseSettingsSchema>;
export type ValkeySettings = z.infer<typeof valkeyQueueSchema>;
export type OpensearchSettings = z.infer<typeof opensearchSettingsSchema>;
