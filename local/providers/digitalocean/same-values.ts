// Values that differ as text and mean the same to DigitalOcean's plugin, which therefore shows no difference. Source: behaviour of
// terraform-provider-digitalocean (MPL-2.0), which the plugin v4.76.0 wraps, and recorded verdicts.
import { createHash } from "node:crypto";
import type { Properties, SameValue, Value } from "../contract.ts";
import { canonical } from "../shared/diff.ts";
import { isObject, number, object, text } from "../shared/values.ts";

/** Region and size slugs, environments, Slack channels. */
export const ignoringCase: SameValue = (old, now) =>
  typeof old === "string" && typeof now === "string" && old.toLowerCase() === now.toLowerCase();

/** A key with and without a line end. */
export const ignoringEdges: SameValue = (old, now) =>
  typeof old === "string" && typeof now === "string" && old.trim() === now.trim();

function minuteOf(value: Value): string | undefined {
  return typeof value === "string" ? value.split(":").slice(0, 2).join(":") : undefined;
}

/** "03:00" and "03:00:00" are the same time of day. */
export const sameMinute: SameValue = (old, now) => minuteOf(old) !== undefined && minuteOf(old) === minuteOf(now);

/** Imported states hold the SHA-1 of long or secret texts instead of the text. */
export const hashedText: SameValue = (old, now) =>
  typeof now === "string" && old === createHash("sha1").update(now).digest("hex");

function parsed(json: Value): Value {
  try {
    const value: Value = JSON.parse(typeof json === "string" ? json : "null");
    return value;
  } catch {
    return json;
  }
}

/** In a policy a list of one is its element, and no list has an order. */
function unordered(value: Value): Value {
  if (Array.isArray(value)) {
    const items = value.map(unordered).toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
    return items.length === 1 ? (items[0] ?? null) : items;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unordered(item)]));
}

/** Two texts of the same bucket policy. */
export const samePolicy: SameValue = (old, now) =>
  canonical(unordered(parsed(old))) === canonical(unordered(parsed(now)));

/** Leaving the count out hands it to the autoscaler; a count that the pool has already reached is no change either. */
export const leftToTheAutoscaler: SameValue = (_old, now, { olds }) => {
  const pool = "nodePool" in olds ? object(olds, "nodePool") : olds;
  return now === null || now === number(pool, "actualNodeCount");
};

/** A block that says "disabled" may be left out. */
export const disabledBlock: SameValue = (old, now) => now === null && isObject(old) && old["enabled"] !== true;

/** DigitalOcean fills the domains of an uploaded certificate in from the certificate. */
export const ofCustomCertificate: SameValue = (_old, _now, { news }) => news["type"] === "custom";

/** DigitalOcean upgrades old Redis itself; a program that still names the older version changes nothing. */
export const newerRedis: SameValue = (old, now, { news }) => news["engine"] === "redis" && Number(old) > Number(now);

/** What MySQL users get when nothing is said. */
export const usualAuthentication: SameValue = (old, now) => old === "caching_sha2_password" && now === null;

function zoneOf(news: Properties): string {
  return `${text(news, "domain") ?? ""}.`;
}

/** A record's name may be written in full: `www` and `www.example.org.` in the zone `example.org`. */
export const ownNameOfZone: SameValue = (old, now, { news }) =>
  (old === "@" && now === zoneOf(news)) || (typeof old === "string" && `${old}.${zoneOf(news)}` === now);

/** A record's target may leave the zone out. */
export const valueInZone: SameValue = (old, now, { news }) =>
  (old === "@" && now === zoneOf(news)) || (typeof now === "string" && old === `${now}.${zoneOf(news)}`);
