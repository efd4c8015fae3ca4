// DNS records that let receivers trust the server's mail: SPF, DKIM, DMARC and MAIL FROM.
import { relativeName, type RecordPlan } from "../dns/records.ts";
import type { MailSettings } from "./settings.ts";

export interface MailRecordsPlan<Value> {
  readonly zone: string;
  /** Domain that mail comes from. */
  readonly domain: string;
  readonly settings: MailSettings;
  /** SES gives exactly three with Easy DKIM. */
  readonly dkim: readonly { readonly name: Value; readonly value: Value }[];
}

/** Subdomain for bounces, so that SPF passes for the sender that receivers see. */
export function mailFromDomain(domain: string, { bounceLabel }: MailSettings): string {
  return `${bounceLabel}.${domain}`;
}

/** Who may send for the domain: SES, the named others, and nobody else. */
export function spfText({ spfInclude }: MailSettings): string {
  return ["v=spf1", ...["amazonses.com", ...spfInclude].map((host) => `include:${host}`), "-all"].join(" ");
}

/** The DMARC policy as its record's text. */
export function dmarcText({ dmarcPolicy, dmarcReports }: MailSettings): string {
  const reports = dmarcReports === undefined ? "" : `; rua=mailto:${dmarcReports}`;
  return `v=DMARC1; p=${dmarcPolicy}; adkim=s; aspf=r${reports}`;
}

/** All records, in a stable order. MAIL FROM values: docs.aws.amazon.com SES "custom MAIL FROM". */
export function mailRecords<Value>({ zone, domain, settings, dkim }: MailRecordsPlan<Value>): RecordPlan<Value>[] {
  const bounce = relativeName(mailFromDomain(domain, settings), zone);
  const dmarc = relativeName(`_dmarc.${domain}`, zone);
  return [
    { key: "spf", type: "TXT", name: relativeName(domain, zone), value: spfText(settings) },
    { key: "dmarc", type: "TXT", name: dmarc, value: dmarcText(settings) },
    {
      key: "bounce-mx",
      type: "MX",
      name: bounce,
      value: `feedback-smtp.${settings.region}.amazonses.com.`,
      priority: 10,
    },
    { key: "bounce-spf", type: "TXT", name: bounce, value: "v=spf1 include:amazonses.com -all" },
    ...dkim.map(({ name, value }, index): RecordPlan<Value> => ({
      key: `dkim-${index + 1}`,
      type: "CNAME",
      name,
      value,
    })),
  ];
}
