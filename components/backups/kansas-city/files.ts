// What the host in Kansas City is given: the program that sets it up, the scripts of the backups as they are, and what configures both.
import { readdirSync, readFileSync } from "node:fs";
import { hostBundle } from "../../host/bundle.ts";
import { hostProgramOf, shellVariables } from "../../host/program.ts";
import { calendarOf } from "./calendar.ts";
import type { KansasCitySettings } from "./settings.ts";

const program = "mastodon-pull";

/** POSIX shell; needs no secret. */
export const hostProgram = hostProgramOf(new URL(`${program}.sh`, import.meta.url));

const scriptFolder = new URL("../../../images/backup/scripts/", import.meta.url);

/** All of them, by the names under which the host's program looks for them: which one sources which is their own affair. */
function scriptFiles(): Record<string, string> {
  const names = readdirSync(scriptFolder).toSorted();
  return Object.fromEntries(names.map((name) => [`script.${name}`, readFileSync(new URL(name, scriptFolder), "utf8")]));
}

export interface HostPlan {
  /** The stack's name. */
  readonly server: string;
  /** Name on the tailnet. */
  readonly hostname: string;
  /** Major version of the server's PostgreSQL. */
  readonly postgresql: string;
  readonly settings: KansasCitySettings;
}

/** What the program reads as shell variables; no secret is among them. */
export function hostConfiguration({ server, hostname, postgresql, settings }: HostPlan): string {
  const { target, drill, scratch, schedule } = settings;
  const folder = target.kind === "folder" ? target : undefined;
  return shellVariables({
    HOST: hostname,
    SERVER: server,
    TARGET: folder?.path ?? "",
    MOUNTED: folder?.mounted === true ? "yes" : "no",
    BUCKET: target.kind === "s3" ? target.bucket : "",
    SCRATCH: scratch,
    CALENDAR: checkedCalendar(schedule),
    DRILL: drill.enabled ? "yes" : "no",
    DRILL_CALENDAR: checkedCalendar(drill.schedule),
    POSTGRESQL: postgresql,
  });
}

function checkedCalendar(schedule: string): string {
  const calendar = calendarOf(schedule);
  if (calendar === undefined) throw new Error(`the schedule ${schedule} has been checked`);
  return calendar;
}

/** Texts by the names that the program looks for. */
export interface HostFiles {
  readonly "pull.conf": string;
  readonly "pull.env": string;
  /** With its keys, only where the host restores backups. */
  readonly "drill.env"?: string;
  readonly "drill-identity"?: string;
  readonly "report-key"?: string;
  /** Works once, within the hour. */
  readonly "tailnet-key": string;
}

/** POSIX shell: `up`, `down`, `status`. */
export function pullBundle(server: string, files: HostFiles): string {
  const about = `Lets a Debian or Ubuntu host pull the backups of ${server}: sh bundle.sh up. Ends that: sh bundle.sh down. Tells how it goes: sh bundle.sh status.`;
  return hostBundle({ about, program, files: { [program]: hostProgram, ...scriptFiles(), ...files } });
}
