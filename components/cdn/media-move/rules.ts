// When media may move to another host name. Browsers keep the site's content security policy in a service worker, so a new host that was not
// announced shows nobody a picture until that copy is a week old (docs.joinmastodon.org, object storage).
import { daysAfter } from "../../dates.ts";
import type { Problem } from "../../problem.ts";
import type { MediaHostSettings } from "./hosts.ts";

/** Days for which a new host must have been allowed before it is used. */
const noticeDays = 7;

interface MoveSettings extends MediaHostSettings {
  readonly domains: Readonly<Record<string, string>> & { readonly media: string };
}

/**
 * What the settings alone say about a move.
 * @param today a date such as 2026-12-24 (UTC)
 */
export function mediaMoveProblems({ domains, cdn }: MoveSettings, today: string): Problem[] {
  const move = cdn.mediaMove;
  if (move === undefined) return [];
  return [...hostProblems(domains, move), ...(move.atOnce ? [] : dateProblems(domains.media, move, today))];
}

type Move = NonNullable<MediaHostSettings["cdn"]["mediaMove"]>;

function hostProblems(domains: MoveSettings["domains"], { to, from }: Move): Problem[] {
  const [key, host] = to === undefined ? ["from", from] : ["to", to];
  const path = `cdn.mediaMove.${key}`;
  if (host === domains.media)
    return [
      {
        path,
        value: host,
        message:
          key === "to"
            ? "is domains.media already; before the switch domains.media stays the old host, and after it `from` names the old host in place of `to`"
            : "is domains.media; after the switch domains.media is the new host and `from` the old one",
      },
    ];
  const other = Object.entries(domains).find(([, domain]) => domain === host);
  if (other === undefined) return [];
  return [{ path, value: host, message: `is the host name of domains.${other[0]}; media needs one of its own` }];
}

function dateProblems(media: string, { from, announced, switchOn }: Move, today: string): Problem[] {
  const earliest = daysAfter(announced, noticeDays);
  if (switchOn < earliest)
    return [
      {
        path: "cdn.mediaMove.switchOn",
        value: switchOn,
        message: `must be ${earliest} or later: browsers keep the old policy for up to ${noticeDays} days after the announcement of ${announced}`,
      },
    ];
  if (from === undefined || today >= switchOn) return [];
  return [
    {
      path: "domains.media",
      value: media,
      message: `may be used from ${switchOn} on, and today is ${today} (UTC); until then set domains.media to ${from} and cdn.mediaMove.to to ${media}, in place of from`,
    },
  ];
}

/** What the last update gave away about media hosts. */
export interface PreviousMedia {
  readonly urls?: { readonly media: string } | undefined;
  readonly media?:
    | { readonly host: string; readonly allowedHosts: readonly { readonly host: string; readonly since: string }[] }
    | undefined;
}

/**
 * What only the stack's past tells: whether the host changes at all, and since when browsers have been told of the new one.
 * @param today a date such as 2026-12-24 (UTC)
 */
export function mediaSwitchProblems({ domains, cdn }: MoveSettings, previous: PreviousMedia, today: string): Problem[] {
  const old = previous.media?.host ?? (previous.urls && new URL(previous.urls.media).hostname);
  const { media } = domains;
  if (old === undefined || old === media) return [];
  const move = cdn.mediaMove;
  const problem = (message: string): Problem[] => [{ path: "domains.media", value: media, message }];
  if (move?.from !== old)
    return problem(
      `cannot replace ${old} just like that: open browsers would show no media for a week, and links to ${old} would end; set domains.media back to ${old}, announce the new host with cdn.mediaMove: { to: ${media}, announced: ${today}, switchOn: ${daysAfter(today, noticeDays)} }, and switch then`,
    );
  if (move.atOnce) return [];
  const since = previous.media?.allowedHosts.find(({ host }) => host === media)?.since;
  if (since === undefined)
    return problem(
      `was never announced: no update of this stack has allowed it yet; set domains.media back to ${old} and cdn.mediaMove.to to ${media}, run pulumi up, and switch ${noticeDays} days later`,
    );
  const earliest = daysAfter(since, noticeDays);
  if (today >= earliest) return [];
  return problem(
    `has been allowed since ${since} only, whatever cdn.mediaMove.announced says; switch on ${earliest} or later, and until then set domains.media to ${old} and cdn.mediaMove.to to ${media}`,
  );
}
