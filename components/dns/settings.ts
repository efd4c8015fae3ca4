// Settings of the zone and of the host names that people see.
import { z } from "zod";
import { dateSchema, hostnameSchema, ttlSchema } from "../shapes.ts";
import { extraRecordsSchema } from "./extra-records.ts";

/** Host names. `local` is the part after the @ in each account's address, and can never be changed. */
export const domainsSchema = z
  .strictObject({
    local: hostnameSchema.describe("the server's domain, as in @person@domain; can never be changed"),
    web: hostnameSchema.optional().describe("where the site is; default: the local domain"),
    streaming: hostnameSchema.optional().describe("default: streaming.<web>"),
    media: hostnameSchema.optional().describe("default: media.<local>"),
    assets: hostnameSchema.optional().describe("scripts and styles of the site; default: assets.<local>"),
    docs: hostnameSchema.optional().describe("default: docs.<local>"),
  })
  .transform(({ local, web = local, streaming = `streaming.${web}`, media, assets, docs }) => ({
    local,
    web,
    streaming,
    media: media ?? `media.${local}`,
    assets: assets ?? `assets.${local}`,
    docs: docs ?? `docs.${local}`,
  }));

/** Where the zone is kept. */
const dnsKinds = ["digitalocean", "route53", "external"] as const;

const moveSchema = z.strictObject({
  what: z.string().describe("local, web, streaming, media, assets, docs, the name of an extra record, or all"),
  on: dateSchema,
});

export const dnsSettingsSchema = z.strictObject({
  kind: z
    .enum(dnsKinds, { error: `must be one of: ${dnsKinds.join(", ")}` })
    .default("digitalocean")
    .describe("who serves the zone; external: nothing is created, and the records to create are an output"),
  zone: hostnameSchema.optional().describe("the zone that holds all host names; default: the local domain"),
  ttl: ttlSchema.default(1800).describe("seconds"),
  route53: z
    .strictObject({
      zoneId: z
        .string()
        .regex(/^Z[A-Z0-9]{4,31}$/, { error: "must be the id of a hosted zone, for example Z0123456789ABCDEFGHIJ" })
        .optional()
        .describe("an existing public hosted zone; without it the stack makes one"),
    })
    .prefault({}),
  ipv6: z
    .boolean({ error: "must be true or false" })
    .default(true)
    .describe(
      "AAAA records for the site; regional load balancers have IPv6, but one that was made without it never gets it",
    ),
  certificateAuthorities: z
    .array(hostnameSchema)
    .default([])
    .describe("further authorities that may issue certificates (CAA), such as that of an uploaded one: digicert.com"),
  certificateReports: z
    .email({ error: "must be a mail address" })
    .optional()
    .describe("where authorities report refused requests (CAA iodef)"),
  moves: z
    .array(moveSchema)
    .default([])
    .describe("planned moves: the records get a short time to live from some days before until the day after"),
  moveTtl: ttlSchema.default(60).describe("seconds, around a planned move"),
  moveDays: z
    .int()
    .min(2, { error: "must be at least 2: resolvers may keep a record for a day" })
    .max(30)
    .default(3)
    .describe("days before a move from which the time to live is short"),
  extraRecords: extraRecordsSchema.describe("further records of the zone, by a name of your choice"),
});

export type DnsSettings = z.infer<typeof dnsSettingsSchema>;
export type Domains = z.infer<typeof domainsSchema>;
