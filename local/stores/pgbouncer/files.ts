// Writes PgBouncer's files out of what the store remembers of its members.
import { writeAtomically } from "../../processes/files.ts";
import { handOver } from "../ownership.ts";
import { filesOf, type PostgresqlPlace, readMembers } from "../postgresql/server.ts";
import { superuser } from "../postgresql/statements.ts";
import { ensureSecret } from "../secrets.ts";
import { poolerConfiguration, userList } from "./configuration.ts";

export function writePoolerFiles(place: PostgresqlPlace): void {
  const { address, port, poolPort } = place.settings;
  if (poolPort === undefined) return;
  const { certificate, authority, pooler, poolUsers } = filesOf(place);
  const { users, pools } = readMembers(place.folder);
  const administrator = { name: superuser, password: ensureSecret(place.folder) };
  writeAtomically(poolUsers, userList([administrator, ...users]));
  writeAtomically(
    pooler,
    poolerConfiguration({
      address,
      serverPort: port,
      port: poolPort,
      certificate,
      authority,
      pools,
      users: poolUsers,
      administrator: administrator.name,
    }),
  );
  handOver(poolUsers, pooler);
}
