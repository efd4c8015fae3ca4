// SQL that lets workers' users read and write Mastodon's tables, which belong to the application's user.

/**
 * Rights belong to this role, and workers' users are members of it: a user with rights of its own could not be dropped. Membership in the
 * application's role would do too, but since PostgreSQL 16 nobody on a managed server may give it.
 */
const workersRole = "mastodon_workers";

const onTables = `SELECT, INSERT, UPDATE, DELETE ON`;
const onSequences = `USAGE, SELECT, UPDATE ON`;

/** For the administrator. @param users names of database users */
export function membershipStatements(users: readonly string[]): string[] {
  return [
    `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${workersRole}') THEN CREATE ROLE ${workersRole} NOLOGIN; END IF; END $$`,
    `GRANT USAGE ON SCHEMA public TO ${workersRole}`,
    ...users.map((user) => `GRANT ${workersRole} TO ${identifier(user)}`),
  ];
}

/** For the application's user: what there is, and what later migrations will make. */
export const tableStatements: readonly string[] = [
  `GRANT ${onTables} ALL TABLES IN SCHEMA public TO ${workersRole}`,
  `GRANT ${onSequences} ALL SEQUENCES IN SCHEMA public TO ${workersRole}`,
  `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ${onTables} TABLES TO ${workersRole}`,
  `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ${onSequences} SEQUENCES TO ${workersRole}`,
];

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
