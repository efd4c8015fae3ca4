// Builds all DNS records: for the server, its CDN and its mail, and the operator's own.
import * as pulumi from "@pulumi/pulumi";
import { moveWarnings } from "../../components/dns/moves.ts";
import { type TypedRecord, typedRecord } from "../../components/dns/notation.ts";
import type { Ses } from "../../components/mail/ses.ts";
import { allRecords } from "../dns-plan.ts";
import type { Cdns } from "./cdn.ts";
import type { Context } from "./context.ts";
import { timed, type Zoned } from "./zone.ts";

export interface RecordParts {
  readonly zoned: Zoned;
  readonly cdn: Cdns;
  readonly mail: Ses;
  /** Public addresses of the load balancer. */
  readonly loadBalancer: pulumi.Output<string>;
  /** None where the settings want no IPv6. */
  readonly loadBalancerIpv6: pulumi.Output<string> | undefined;
}

/** Makes the records and returns them as people type them, for the outputs. */
export function buildRecords(context: Context, parts: RecordParts): pulumi.Output<TypedRecord>[] {
  const { settings, zone, today } = context;
  const { cdn, mail, zoned, loadBalancer, loadBalancerIpv6 } = parts;
  for (const warning of moveWarnings(settings.dns, today)) void pulumi.log.warn(warning);
  const records = allRecords<pulumi.Output<string>>(settings, {
    loadBalancer,
    loadBalancerIpv6,
    mediaCdn: pulumi.interpolate`${cdn.media.endpoint}.`,
    assetsCdn: pulumi.interpolate`${cdn.assets.endpoint}.`,
    docsCdn: pulumi.interpolate`${cdn.docs.endpoint}.`,
    dkim: mail.dkim,
  });
  if (settings.dns.kind !== "external") zoned.zone.place("records", records);
  return timed(context, records).map((record) => pulumi.output(record).apply((known) => typedRecord(known, zone)));
}
