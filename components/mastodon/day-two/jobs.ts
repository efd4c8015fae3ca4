// Which jobs the settings ask for: what each runs, when, and what it may take.
import { textBeside } from "../../text-beside.ts";
import type { Role } from "../workloads/workload.ts";
import { largeProviders } from "./providers.ts";
import type { DayTwoSettings } from "./settings.ts";

/** Kinds of jobs. Each has an account and a network policy of its own. */
export type DayTwoRole = Extract<Role, "first-admin" | "search-index" | "clean-up" | "mail-domains" | "tootctl">;

/** When a job runs: at times, or once for what it runs, and then never again or once more with each version. */
type Occasion =
  | { readonly at: string }
  | { readonly once: "ever" | "each-version"; /** The update waits for its end. */ readonly awaited: boolean };

export interface DayTwoJob {
  /** Of the CronJob; the beginning of a Job's name. */
  readonly name: string;
  readonly role: DayTwoRole;
  readonly occasion: Occasion;
  /** What the image runs; none where it is a script. */
  readonly args: readonly string[];
  /** Name of a file in scripts. */
  readonly script?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Database connections at the most. */
  readonly connections: number;
  /** It is ended after so many hours. */
  readonly hours: number;
  readonly retries: number;
}

/** What the jobs need to know of the rest. */
export interface DayTwoNeeds {
  readonly settings: DayTwoSettings;
  /** Whether there is a full-text search. */
  readonly searching: boolean;
  /** The server's own domains. */
  readonly domains: readonly string[];
}

/** All jobs, in the order in which they are made. */
export function dayTwoJobs({ settings, searching, domains }: DayTwoNeeds): DayTwoJob[] {
  const { admin, searchIndex, mailDomains, commands } = settings;
  return [
    ...(admin ? [firstAdmin(admin)] : []),
    ...(searching && searchIndex.enabled ? [searchIndexJob(searchIndex.concurrency)] : []),
    ...cleanUps(settings.cleanUp),
    ...(mailDomains ? [mailDomainsJob(mailDomains, domains)] : []),
    ...Object.entries(commands).map(([name, command]) => commandJob(name, command)),
  ];
}

/** Text of a script. */
export function scriptText(name: string): string {
  return textBeside(import.meta.url, `scripts/${name}`);
}

function firstAdmin({ username, email }: NonNullable<DayTwoSettings["admin"]>): DayTwoJob {
  return {
    name: "first-admin",
    role: "first-admin",
    // Not again with a version: whoever was relieved of the role meanwhile keeps it that way.
    occasion: { once: "ever", awaited: true },
    args: [],
    script: "first-admin.rb",
    variables: { ADMIN_USERNAME: username, ADMIN_EMAIL: email },
    connections: 2, // the script and tootctl, which it waits for
    hours: 0.25,
    retries: 2,
  };
}

function searchIndexJob(concurrency: number): DayTwoJob {
  return {
    name: "search-index",
    role: "search-index",
    occasion: { once: "each-version", awaited: false }, // may take days
    args: [],
    script: "search-index.rb",
    variables: { CONCURRENCY: String(concurrency) },
    connections: concurrency + 2,
    hours: 168,
    retries: 10, // it goes on with the index at which it was interrupted
  };
}

function cleanUps({ concurrency, media, profiles, previewCards, statuses, orphans }: DayTwoSettings["cleanUp"]) {
  const threads = `--concurrency ${concurrency}`;
  const spare = media.keepInteracted ? " --keep-interacted" : "";
  const what = profiles.headersOnly ? "--remove-headers" : "--prune-profiles";
  return [
    ...cleanUp("media", media, `media remove --days ${media.days} ${threads}${spare}`, concurrency + 1),
    ...cleanUp("profiles", profiles, `media remove ${what} --days ${profiles.days} ${threads}`, concurrency + 1),
    ...cleanUp(
      "preview-cards",
      previewCards,
      `preview_cards remove --days ${previewCards.days} ${threads}`,
      concurrency + 1,
    ),
    ...cleanUp("statuses", statuses, `statuses remove --days ${statuses.days}`, 1),
    ...cleanUp("orphans", orphans, "media remove-orphans", 1),
  ];
}

function cleanUp(
  what: string,
  { enabled, schedule }: { readonly enabled: boolean; readonly schedule: string },
  command: string,
  connections: number,
): DayTwoJob[] {
  if (!enabled) return [];
  const job: DayTwoJob = {
    name: `clean-up-${what}`,
    role: "clean-up",
    occasion: { at: schedule },
    args: tootctl(command),
    connections,
    hours: 23,
    retries: 0, // the next time comes
  };
  return [job];
}

/** No word of a command holds a space: the settings see to that. */
function tootctl(command: string): string[] {
  return ["bin/tootctl", ...command.split(" ")];
}

function mailDomainsJob(
  { lists, schedule, fewest, most, never, users }: NonNullable<DayTwoSettings["mailDomains"]>,
  domains: readonly string[],
): DayTwoJob {
  return {
    name: "mail-domains",
    role: "mail-domains",
    occasion: { at: schedule },
    args: [],
    script: "mail-domains.rb",
    variables: {
      LISTS: lists.join(" "),
      FEWEST: String(fewest),
      MOST: String(most),
      USERS: String(users),
      NEVER: [...new Set([...largeProviders, ...domains, ...never])].join(" "),
    },
    connections: 1,
    hours: 0.5,
    retries: 1,
  };
}

function commandJob(
  name: string,
  { run, revision, connections, hours }: DayTwoSettings["commands"][string],
): DayTwoJob {
  return {
    name: `tootctl-${name}`,
    role: "tootctl",
    occasion: { once: "ever", awaited: false },
    args: tootctl(run),
    variables: { REVISION: String(revision) },
    connections,
    hours,
    retries: 0, // nobody knows whether a command may be repeated
  };
}
