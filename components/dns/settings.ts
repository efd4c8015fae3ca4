// Settings of the zone and of the host names that people see.
import { z } from "zod";
import { hostnameSchema, ttlSchema } from "../shapes.ts";

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

export const dnsSettingsSchema = z.strictObject({
  zone: hostnameSchema.optional().describe("the zone that holds all host names; default: the local domain"),
  ttl: ttlSchema.default(1800).describe("seconds"),
});

export type Domains = z.infer<typeof domainsSchema>;
