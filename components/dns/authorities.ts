// Which authorities may issue certificates for the zone: its CAA records.
import type { RecordPlan } from "./records.ts";
import type { DnsSettings } from "./settings.ts";

/** Let's Encrypt's name in CAA records (letsencrypt.org/docs/caa). */
export const letsEncrypt = "letsencrypt.org";

/** ACM looks for any one of four names, of which this is the first (docs.aws.amazon.com, ACM "Configure a CAA record", 2026). */
export const amazon = "amazon.com";

export interface AuthoritiesPlan {
  /** Authorities that the stack itself gets certificates from. */
  readonly own: readonly string[];
  /** Whether an operator's own certificates are used, whose authority only the operator knows. */
  readonly uploaded: boolean;
  readonly settings: Pick<DnsSettings, "certificateAuthorities" | "certificateReports">;
}

/**
 * One `issue` record for each authority. There is none where an uploaded certificate's authority is not named: a list without it would forbid
 * that certificate's renewal, and no list allows every authority.
 */
export function authorityRecords<Value>(plan: AuthoritiesPlan): RecordPlan<Value>[] {
  const { own, uploaded, settings } = plan;
  const named = settings.certificateAuthorities;
  const issuers = uploaded && named.length === 0 ? [] : [...new Set([...own, ...named])];
  return [
    ...issuers.map((issuer): RecordPlan<Value> => ({
      key: issuer === letsEncrypt ? "caa" : `caa-${issuer.replaceAll(".", "-")}`,
      type: "CAA",
      name: "@",
      value: `${issuer}.`,
      flags: 0,
      tag: "issue",
    })),
    ...(settings.certificateReports === undefined
      ? []
      : [
          {
            key: "caa-iodef",
            type: "CAA" as const,
            name: "@",
            value: `mailto:${settings.certificateReports}`,
            flags: 0,
            tag: "iodef" as const,
          },
        ]),
  ];
}
