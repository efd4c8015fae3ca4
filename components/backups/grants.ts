// The rights of the database user that dumps: it reads every table, and writes none.
import * as pulumi from "@pulumi/pulumi";
import { createGrants, type GrantsArgs } from "../mastodon/grants/create.ts";
import type { GrantStatements } from "../mastodon/grants/job.ts";
import type { Scope } from "../mastodon/kubernetes/scope.ts";

/** Name of the Job's account, policy and pods. */
export const backupGrantsRole = "backup-grants";

/**
 * `pg_read_all_data` would be shorter, but since PostgreSQL 16 the administrator of a managed server may give on only what it was given with that right,
 * and nobody says that it was. The owner of the tables can always open them. Rights belong to a role of which the user is a member: a user with rights of
 * its own could not be dropped.
 */
const readers = "mastodon_backup";

/** @param user name of the database user */
export function readingStatements(user: string): GrantStatements {
  const exists = `SELECT FROM pg_roles WHERE rolname = '${readers}'`;
  return {
    administrator: [
      `DO $$ BEGIN IF NOT EXISTS (${exists}) THEN CREATE ROLE ${readers} NOLOGIN; END IF; END $$`,
      `GRANT USAGE ON SCHEMA public TO ${readers}`,
      `GRANT ${readers} TO "${user}"`,
    ],
    // What there is, and what later migrations will make.
    application: [
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${readers}`,
      `GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO ${readers}`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${readers}`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO ${readers}`,
    ],
  };
}

export interface BackupGrantsArgs extends GrantsArgs {
  /** Name of the database user. */
  readonly user: string;
}

/** Comes after the server's migrations and after the user. */
export class BackupGrants extends pulumi.ComponentResource {
  /** The Job's name. */
  readonly job: pulumi.Output<string>;

  constructor(name: string, args: BackupGrantsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:backups:BackupGrants", name, {}, opts);
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    this.job = createGrants(scope, args, backupGrantsRole, readingStatements(args.user));
    this.registerOutputs();
  }
}
