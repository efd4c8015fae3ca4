// The operator's own records and planned moves: beside the server's records, never across them.
import { movable } from "../../components/dns/moves.ts";
import { extraRecordPlans } from "../../components/dns/extra-records.ts";
import type { RecordPlan } from "../../components/dns/records.ts";
import type { Problem } from "../../components/problem.ts";
import { ownRecords, targetsInWords, type DnsSubjects } from "../dns-plan.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** Each extra record keeps clear of the server's records and of the other ones. */
export function assertExtraRecordsApart(settings: DnsSubjects): Problem[] {
  const names = Object.keys(settings.dns.extraRecords);
  const extra = extraRecordPlans<string>(settings.dns.extraRecords);
  const own = ownRecords(settings, targetsInWords(settings));
  return extra.flatMap((record, index) => {
    const message = alone(record) ?? withOwn(record, own) ?? withOthers(record, extra.slice(0, index), names);
    return message === undefined
      ? []
      : [{ path: `dns.extraRecords.${names[index]}`, value: `${record.type} ${record.name}`, message }];
  });
}

function alone({ type, name }: RecordPlan<string>): string | undefined {
  if (name !== "@" || !["CNAME", "NS"].includes(type)) return undefined;
  return type === "CNAME"
    ? "cannot be: the zone itself has other records, and a CNAME must be alone; use A and AAAA records"
    : "cannot be: the zone's own name servers are given by whoever serves it";
}

function withOwn(record: RecordPlan<string>, own: readonly RecordPlan<string>[]): string | undefined {
  const there = own.filter(({ name }) => name === record.name);
  const cname = there.find(({ type }) => type === "CNAME") ?? (record.type === "CNAME" ? there[0] : undefined);
  if (cname) return `meets the server's own record ${cname.type} ${cname.name}; a CNAME must be alone at its name`;
  const address = ["A", "AAAA"].includes(record.type) && there.some(({ type }) => ["A", "AAAA"].includes(type));
  if (address)
    return "meets the server's own address of that name; requests would reach another server half of the time";
  const text =
    record.type === "TXT"
      ? there.find(({ type, value }) => type === "TXT" && sameKind(value, record.value))
      : undefined;
  if (text)
    return `meets the server's own ${text.value.split(/[ ;]/)[0]}; two of them make mail fail: use mail.spfInclude, mail.dmarcPolicy and mail.dmarcReports`;
  if (record.type === "MX" && there.some(({ type }) => type === "MX"))
    return "meets the MX that takes bounces for Amazon; mail fails with a second one";
  return undefined;
}

/** Two texts that a receiver reads only one of. */
function sameKind(one: string, other: string): boolean {
  return ["v=spf1", "v=DMARC1"].some((version) => one.startsWith(version) && other.startsWith(version));
}

function withOthers(
  record: RecordPlan<string>,
  earlier: readonly RecordPlan<string>[],
  names: readonly string[],
): string | undefined {
  const index = earlier.findIndex(
    ({ type, name, value }) =>
      name === record.name &&
      (type === "CNAME" || record.type === "CNAME" || (type === record.type && value === record.value)),
  );
  if (index < 0) return undefined;
  const other = `dns.extraRecords.${names[index]}`;
  return earlier[index]?.type === "CNAME" || record.type === "CNAME"
    ? `meets ${other} at the same name; a CNAME must be alone there`
    : `is the same as ${other}; remove one of them`;
}

/** Each move names something that can move. */
export function assertMovesKnown({ domains, dns }: Pick<Settings, "domains" | "dns">): Problem[] {
  const allowed = movable(domains, dns);
  return dns.moves.flatMap(({ what }, index) =>
    allowed.includes(what)
      ? []
      : [
          {
            path: `dns.moves.${index}.what`,
            value: what,
            message: `names nothing in the zone; allowed: ${allowed.join(", ")}`,
          },
        ],
  );
}

/** A delegation or a zone id of another service says that somebody means something else. */
export function assertZoneSettingsUsed({ dns }: Pick<Settings, "dns">): Problem[] {
  if (dns.kind === "route53" || dns.route53.zoneId === undefined) return [];
  return [
    {
      path: "dns.route53.zoneId",
      value: dns.route53.zoneId,
      message: `has no effect, because dns.kind is ${dns.kind}; remove it or set dns.kind to route53`,
    },
  ];
}

export const dnsRules = [
  rule(["domains", "dns", "mail", "cdn", "certificates"], assertExtraRecordsApart),
  rule(["domains", "dns"], assertMovesKnown),
  rule(["dns"], assertZoneSettingsUsed),
];
