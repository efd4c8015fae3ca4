// libpq's own variables, for programs that are no Rails: psql, pg_dump, Ruby's pg.
import * as pulumi from "@pulumi/pulumi";
import { databaseCaPath } from "./inputs.ts";

interface Way {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  /** Of the database, or of a pool. */
  readonly name: pulumi.Input<string>;
}

/** Verified against the database's own authority, whose certificate is mounted. */
export function libpqVariables({ host, port, name }: Way, user: pulumi.Input<string>, caFile: string = databaseCaPath) {
  return {
    PGHOST: host,
    PGPORT: pulumi.output(port).apply(String),
    PGDATABASE: name,
    PGUSER: user,
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: caFile,
  };
}
