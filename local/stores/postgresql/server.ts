// One PostgreSQL with its PgBouncer on disk: where the files lie, and what is remembered between starts.
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../../processes/files.ts";
import { authorityFiles } from "../authority.ts";
import { authorityFolder } from "../record.ts";

export const postgresqlSettingsSchema = z.strictObject({
  address: z.string(),
  port: z.number(),
  /** Port of PgBouncer; a replica has none. */
  poolPort: z.number().optional(),
  connections: z.number(),
  /** The store whose data the new server begins with, and whether it goes on following it. */
  source: z.strictObject({ store: z.string(), follow: z.boolean() }).optional(),
});
export type PostgresqlStore = z.infer<typeof postgresqlSettingsSchema>;

/** A server under work. */
export interface PostgresqlPlace {
  readonly settings: PostgresqlStore;
  readonly folder: string;
  readonly home: string;
}

export function filesOf({ folder, home }: Pick<PostgresqlPlace, "folder" | "home">) {
  return {
    data: join(folder, "cluster"),
    configuration: join(folder, "postgresql.conf"),
    rules: join(folder, "pg_hba.conf"),
    pooler: join(folder, "pgbouncer.ini"),
    poolUsers: join(folder, "userlist.txt"),
    authority: authorityFiles(authorityFolder(home)).certificate,
    certificate: { certificate: join(folder, "server.crt"), key: join(folder, "server.key") },
  };
}

const membersSchema = z.object({
  users: z.array(z.object({ name: z.string(), password: z.string() })),
  pools: z.array(
    z.object({
      name: z.string(),
      database: z.string(),
      user: z.string().optional(),
      mode: z.string(),
      size: z.number(),
    }),
  ),
});
export type PoolerMembers = z.infer<typeof membersSchema>;

/** What PgBouncer has to know; it is remembered here, since its own files are written anew at each start. */
export function readMembers(folder: string): PoolerMembers {
  return readJson(join(folder, "pooler.json"), membersSchema) ?? { users: [], pools: [] };
}

export function writeMembers(folder: string, members: PoolerMembers): void {
  writeJson(join(folder, "pooler.json"), members);
}
