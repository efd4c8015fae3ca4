// Builds all DNS records: for the server, its CDN and its mail.
import * as pulumi from "@pulumi/pulumi";
import { serverRecords, type RecordPlan } from "../../components/dns/records.ts";
import { Records } from "../../components/dns/zone.ts";
import { mailRecords } from "../../components/mail/records.ts";
import type { Ses } from "../../components/mail/ses.ts";
import type { Cdns } from "./cdn.ts";
import type { Context } from "./context.ts";
import type { Zoned } from "./zone.ts";

export interface RecordParts {
  readonly zoned: Zoned;
  readonly cdn: Cdns;
  readonly mail: Ses;
  /** Public address of the load balancer. */
  readonly loadBalancer: pulumi.Output<string>;
}

/** Makes the records and returns what was made, for the outputs. */
export function buildRecords(context: Context, parts: RecordParts): readonly RecordPlan<pulumi.Output<string>>[] {
  const { settings, zone, inMainAccount } = context;
  const records = [
    ...serverRecords(settings.domains, zone, {
      loadBalancer: parts.loadBalancer,
      mediaCdn: pulumi.interpolate`${parts.cdn.media.endpoint}.`,
      assetsCdn: pulumi.interpolate`${parts.cdn.assets.endpoint}.`,
      docsCdn: pulumi.interpolate`${parts.cdn.docs.endpoint}.`,
    }),
    ...mailRecords({ zone, domain: settings.domains.local, settings: settings.mail, dkim: parts.mail.dkim }),
  ];
  new Records("records", { zone: parts.zoned.zone.zone, ttl: settings.dns.ttl, records }, inMainAccount);
  return records;
}
