// Builds all DNS records: for the server, its CDN and its mail, and the operator's own.
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { moveWarnings } from "../../components/dns/moves.ts";
import { type TypedRecord, typedRecord } from "../../components/dns/notation.ts";
import type { Ses } from "../../components/mail/ses.ts";
import { dnsTable } from "../../components/dns/table.ts";
import { allRecords, issuerRecords, targetsInWords } from "../dns-plan.ts";
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

export interface MadeRecords {
  /** As people type them, for the outputs. */
  readonly records: readonly pulumi.Output<TypedRecord>[];
  /** What made them; nothing where somebody else has to. */
  readonly placed: readonly pulumi.Resource[];
}

/** Makes the records, or shows what to make. */
export function buildRecords(context: Context, parts: RecordParts): MadeRecords {
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
  const typed = timed(context, records).map((record) =>
    pulumi.output(record).apply((known) => typedRecord(known, zone)),
  );
  const issuers = new Set(issuerRecords(settings).map(({ key }) => key));
  const others = records.filter(({ key }) => !issuers.has(key));
  if (settings.dns.kind !== "external") return { records: typed, placed: zoned.zone.complete(others) };
  showRecords(context, typed);
  return { records: typed, placed: [] };
}

/** The table in each preview, with words for what is not known yet, and after an update that changed a record. */
function showRecords(context: Context, typed: readonly pulumi.Output<TypedRecord>[]): void {
  const { settings, zone, previous } = context;
  const before = previous.dns?.kind === "external" ? previous.dns.records : undefined;
  if (before === undefined && pulumi.runtime.isDryRun()) {
    const inWords = timed(context, allRecords(settings, targetsInWords(settings)));
    const table = dnsTable(
      zone,
      inWords.map((record) => typedRecord(record, zone)),
    );
    void pulumi.log.info(`\n${table}`);
    return;
  }
  pulumi.all([...typed]).apply((records) => {
    if (!pulumi.runtime.isDryRun() && isDeepStrictEqual(records, before)) return undefined;
    return pulumi.log.info(`\n${dnsTable(zone, records)}`);
  });
}
