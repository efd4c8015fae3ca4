// What is done to the database before a migration: a right that managed databases lack, and the time limit of the application's statements.
// The image has no psql, but Ruby's client, which reads libpq's own variables.
import { containerResources, containerSecurity, pairFrom } from "./pod.ts";
import { databaseCaMount, environmentFrom, ruby } from "./rails-pod.ts";
import type { Container } from "./workload.ts";

/** Name of the ConfigMap and the Secret with what the grant needs. */
export const grantName = "database-grant";

/**
 * Since PostgreSQL 15 only the owner of the database may create tables in it, and a managed database belongs to its
 * administrator, who gives the right on.
 */
export function grantSchema(image: string): Container {
  const script = [
    'require "pg"',
    "database = PG.connect",
    'user = database.quote_ident(ENV.fetch("APPLICATION_USER"))',
    'database.exec("GRANT USAGE, CREATE ON SCHEMA public TO #{user}")',
  ];
  return rubyContainer("grant-schema", image, script, pairFrom(grantName));
}

/**
 * Neither the platform's parameters nor its pooler can set a statement time-out, but a role's own default holds behind a pooler too. The role
 * sets it itself: since PostgreSQL 16 the administrator may not change roles that it did not make. Connections that a pool holds
 * already keep the old limit until the pooler renews them, within the hour.
 * @param seconds 0 removes the limit
 */
export function limitStatements(image: string, seconds: number): Container {
  const script = [
    'require "pg"',
    'keys = { host: "HOST", port: "PORT", dbname: "NAME", user: "USER", password: "PASS", sslmode: "SSLMODE" }',
    'database = PG.connect(**keys.transform_values { |key| ENV.fetch("DB_#{key}") })',
    'name = database.quote_ident(ENV.fetch("DB_NAME"))',
    `database.exec("ALTER ROLE CURRENT_USER IN DATABASE #{name} SET statement_timeout = ${seconds * 1000}")`,
  ];
  return rubyContainer("limit-statements", image, script, environmentFrom("jobs"));
}

/** Where a step before the migration writes why it failed. The engine shows the log of a pod's main container only, so that one tells it. */
export const preparationFailure = "/tmp/preparation-failure";

/** A new pod's network policies take some seconds to be in force, so the script is tried again for a minute where it cannot connect. */
function tellingFailure(script: readonly string[]): string {
  const tried = `attempts = 20; begin; ${script.join("; ")}; rescue PG::ConnectionBad; attempts -= 1; raise if attempts.zero?; sleep 3; retry; end`;
  return `begin; ${tried}; rescue StandardError => e; File.write("${preparationFailure}", e.message); end`;
}

function rubyContainer(
  name: string,
  image: string,
  script: readonly string[],
  envFrom: NonNullable<Container["envFrom"]>,
): Container {
  return {
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    args: ruby(tellingFailure(script)),
    envFrom,
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      { name: "rails-tmp", mountPath: "/opt/mastodon/tmp" },
      databaseCaMount,
    ],
    securityContext: containerSecurity,
    resources: containerResources({ cpu: "100m", memory: "128Mi", memoryLimit: "512Mi" }, "1Gi"),
  };
}
