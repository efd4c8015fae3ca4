// Settings of the log sink: where PostgreSQL sends its log besides the control panel. Credentials are under `secrets.database.logSink`.
import { z } from "zod";
import { hostnameSchema, secretSchema } from "../shapes.ts";

const serverSchema = z
  .union([hostnameSchema, z.ipv4()], {
    error: "must be a host name or an IPv4 address, for example logs.social.example",
  })
  .describe("must be reachable from the database, which stands in the platform's network");

const portSchema = z.int().min(1).max(65_535);

const rsyslogSchema = z.strictObject({
  kind: z.literal("rsyslog"),
  server: serverSchema,
  port: portSchema.default(6514).describe("6514 is syslog over TLS (RFC 5425)"),
  tls: z.boolean().default(true).describe("statements in the log may hold what people wrote, so leave it on"),
  format: z.enum(["rfc5424", "rfc3164"], { error: "must be rfc5424 or rfc3164" }).default("rfc5424"),
  structuredData: z.string().min(1).optional().describe("block that some log services know their customer by"),
});

const opensearchSchema = z.strictObject({
  kind: z.literal("opensearch"),
  server: serverSchema,
  port: portSchema.default(443),
  indexPrefix: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,99}$/, {
      error: "must be lower-case letters, digits and hyphens, for example postgresql",
    })
    .default("postgresql"),
  keepDays: z.int().min(1).max(10_000).default(14).describe("an index for each day; older ones are deleted"),
  timeoutSeconds: z.int().min(10).max(120).default(10),
});

export const logSinkSettingsSchema = z
  .discriminatedUnion("kind", [rsyslogSchema, opensearchSchema], {
    error: "needs a kind: rsyslog, or opensearch (Elasticsearch too)",
  })
  .describe("sends PostgreSQL's log to a server of yours; off when left out");

const given = (name: string) => secretSchema(`secrets.database.logSink.${name}`).optional();

/** All optional: a server may ask for a login, for a client certificate, for both or for nothing. */
export const logSinkSecretsSchema = z.strictObject({
  user: given("user").describe("login at an opensearch sink"),
  password: given("password"),
  caCertificate: given("caCertificate").describe("PEM of the authority of the server, when it is a private one"),
  clientCertificate: given("clientCertificate").describe("PEM, for an rsyslog sink that asks for one"),
  clientKey: given("clientKey").describe("PEM of its key"),
});

export type LogSinkSettings = z.infer<typeof logSinkSettingsSchema>;
