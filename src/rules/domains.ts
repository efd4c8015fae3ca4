// Host names: each in the zone, none used twice.
import type { Problem } from "../../components/problem.ts";
import { zoneName } from "../dns-plan.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** Every host name needs a record in the one zone, unless somebody else keeps the zones, and a certificate of its own. */
export function assertDomainsInZone({ domains, dns }: Pick<Settings, "domains" | "dns">): Problem[] {
  const zone = zoneName({ domains, dns });
  const entries = Object.entries(domains);
  const outside = entries
    .filter(([, domain]) => dns.kind !== "external" && domain !== zone && !domain.endsWith(`.${zone}`))
    .map(([key, domain]) => ({
      path: `domains.${key}`,
      value: domain,
      message: `is not in the zone ${zone}; set dns.zone to the zone that holds all host names, or dns.kind to external`,
    }));
  const own = entries.filter(([key]) => key !== "local");
  const repeated = own
    .filter(([, domain], index) => own.findIndex(([, other]) => other === domain) !== index)
    .map(([key, domain]) => ({
      path: `domains.${key}`,
      value: domain,
      message: "is already another service's host name; give each its own",
    }));
  return [...outside, ...repeated];
}

export const domainsRules = [rule(["domains", "dns"], assertDomainsInZone)];
