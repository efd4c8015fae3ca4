// All records of the server in one list, whoever serves the zone: with real targets in the program, with words for them in a preview.
import { mediaRecords } from "../components/cdn/media-move/records.ts";
import { amazon, authorityRecords, letsEncrypt } from "../components/dns/authorities.ts";
import { extraRecordPlans } from "../components/dns/extra-records.ts";
import { serverRecords, type RecordPlan, type RecordTargets } from "../components/dns/records.ts";
import { mailRecords, type MailRecordsPlan } from "../components/mail/records.ts";
import { usesWith } from "./certificate-sources.ts";
import type { Settings } from "./settings-schema.ts";

export interface DnsTargets<Value> extends RecordTargets<Value> {
  readonly dkim: MailRecordsPlan<Value>["dkim"];
}

export type DnsSubjects = Pick<Settings, "domains" | "dns" | "mail" | "cdn" | "certificates">;

/** The zone that holds all host names. */
export function zoneName({ domains, dns }: Pick<Settings, "domains" | "dns">): string {
  return dns.zone ?? domains.local;
}

/** What the stack itself needs in the zone. */
export function ownRecords<Value>(settings: DnsSubjects, targets: DnsTargets<Value>): RecordPlan<Value>[] {
  const { domains, mail } = settings;
  const zone = zoneName(settings);
  return [
    ...serverRecords(domains, zone, targets),
    ...mediaRecords(settings, zone, targets),
    ...issuerRecords<Value>(settings),
    ...mailRecords({ zone, domain: domains.local, settings: mail, dkim: targets.dkim }),
  ];
}

/** Who may issue certificates. An authority looks here before it issues one, so these records are there first. */
export function issuerRecords<Value>(settings: DnsSubjects): RecordPlan<Value>[] {
  return authorityRecords<Value>({
    own: authorities(settings),
    uploaded: usesWith("uploaded", settings).length > 0,
    settings: settings.dns,
  });
}

/** That, and the operator's own. */
export function allRecords<Value>(settings: DnsSubjects, targets: DnsTargets<Value>): RecordPlan<Value>[] {
  return [...ownRecords(settings, targets), ...extraRecordPlans<Value>(settings.dns.extraRecords)];
}

/** Who issues what the stack gets by itself. Another ACME server is named by its operator. */
function authorities(settings: DnsSubjects): string[] {
  const fromLetsEncrypt = [...usesWith("managed", settings), ...usesWith("acme", settings)].length > 0;
  return [...(fromLetsEncrypt ? [letsEncrypt] : []), ...(usesWith("cdn", settings).length > 0 ? [amazon] : [])];
}

/** What a preview can say of targets that nobody knows yet. */
export function targetsInWords({ dns }: Pick<Settings, "dns">): DnsTargets<string> {
  return {
    loadBalancer: "(the load balancer's IPv4 address)",
    loadBalancerIpv6: dns.ipv6 ? "(the load balancer's IPv6 address)" : undefined,
    mediaCdn: "(the media CDN's host).",
    assetsCdn: "(the assets CDN's host).",
    docsCdn: "(the docs CDN's host).",
    dkim: [1, 2, 3].map((index) => ({ name: `(key ${index})._domainkey`, value: `(key ${index} at Amazon).` })),
  };
}
