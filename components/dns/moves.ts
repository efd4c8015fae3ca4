// Times to live around a planned move: short from some days before until the day after, so that everybody follows at once.
import { daysBetween } from "../dates.ts";
import { extraRecordKey } from "./extra-records.ts";
import { absoluteName, type RecordPlan } from "./records.ts";
import type { DnsSettings, Domains } from "./settings.ts";

/** After so many days a move that still stands in the settings was forgotten. */
const forgottenDays = 7;

/** Whether records that move on that day have the short time to live today. */
export function isMoving(on: string, today: string, { moveDays }: Pick<DnsSettings, "moveDays">): boolean {
  const days = daysBetween(today, on);
  return days <= moveDays && days >= -1;
}

/** What a move may name: the settings' own host names, the operator's own records, and everything at once. */
export function movable(domains: Domains, { extraRecords }: Pick<DnsSettings, "extraRecords">): string[] {
  return [...Object.keys(domains), ...Object.keys(extraRecords), "all"];
}

/** The same records with their time to live of today. */
export function withTtl<Value>(
  records: readonly RecordPlan<Value>[],
  { domains, zone, dns, today }: TtlPlan,
): (RecordPlan<Value> & { readonly ttl: number })[] {
  const moving = dns.moves.filter(({ on }) => isMoving(on, today, dns)).map(({ what }) => what);
  const hosts = new Set(Object.entries(domains).flatMap(([key, host]) => (moving.includes(key) ? [host] : [])));
  const keys = new Set(moving.map(extraRecordKey));
  const moves = ({ key, type, name }: RecordPlan<Value>): boolean =>
    moving.includes("all") ||
    keys.has(key) ||
    (["A", "AAAA", "CNAME"].includes(type) && typeof name === "string" && hosts.has(absoluteName(name, zone)));
  return records.map((record) => {
    const usual = record.ttl ?? dns.ttl;
    return { ...record, ttl: moves(record) ? Math.min(dns.moveTtl, usual) : usual };
  });
}

export interface TtlPlan {
  readonly domains: Domains;
  readonly zone: string;
  readonly dns: DnsSettings;
  /** In UTC, for example 2026-12-08. */
  readonly today: string;
}

/** A line for each move that is long past, so that it does not stay in the settings for ever. */
export function moveWarnings({ moves }: Pick<DnsSettings, "moves">, today: string): string[] {
  return moves
    .map(({ what, on }, index) => ({ what, on, index, days: daysBetween(on, today) }))
    .filter(({ days }) => days > forgottenDays)
    .map(
      ({ what, on, index, days }) =>
        `mastodon:dns.moves.${index}: the move of ${what} on ${on} was ${days} days ago and has no effect any more; remove it`,
    );
}
