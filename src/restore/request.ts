// What a person may ask of a restore, checked: which parts, from which copy, of what time, to which region.
import { z } from "zod";
import { computeRegionSchema } from "../../components/shapes.ts";
import { UsageError } from "../stack-choice.ts";
import { timeOf } from "./stamp.ts";

const parts = ["secrets", "database", "media", "dns"] as const;
type Part = (typeof parts)[number];

/** Where the data come from: the platform's own copies, one of ours, or a folder with a backup's files. */
export type Source =
  | { readonly kind: "point-in-time"; readonly at: string }
  | { readonly kind: "backups"; readonly backup: string | undefined }
  | { readonly kind: "offsite"; readonly backup: string | undefined }
  | { readonly kind: "folder"; readonly folder: string; readonly backup: string | undefined };

export interface Request {
  readonly only: ReadonlySet<Part>;
  readonly source: Source;
  /** Where the server shall run from now on; undefined leaves it where it is. */
  readonly region: string | undefined;
  /** One object of the media, instead of all. */
  readonly mediaKey: string | undefined;
  /** File with the private age key. */
  readonly identity: string | undefined;
}

/** The options of the command line as they were typed. */
export interface Given {
  readonly from?: string | undefined;
  readonly at?: string | undefined;
  readonly backup?: string | undefined;
  readonly only?: string | undefined;
  readonly region?: string | undefined;
  readonly "media-key"?: string | undefined;
  readonly identity?: string | undefined;
}

/** The platform keeps its own backups for so long (docs.digitalocean.com, restore from backups, May 2026). */
const keptDays = 7;

/** @throws UsageError which says what is allowed */
export function readRequest(given: Given, now: Date): Request {
  const region = given.region === undefined ? undefined : regionOf(given.region);
  const only = partsOf(given, region !== undefined);
  return {
    only,
    source: sourceOf(given, now, region !== undefined),
    region,
    mediaKey: given["media-key"],
    identity: given.identity,
  };
}

function regionOf(region: string): string {
  const found = computeRegionSchema.safeParse(region);
  if (found.success) return found.data;
  throw new UsageError(`--region ${region}: ${z.flattenError(found.error).formErrors.join("; ")}`);
}

/** Media and keys survive the loss of the database, and mostly that of its region: they are brought back only where somebody says so. */
function partsOf({ only, "media-key": key }: Given, moving: boolean): ReadonlySet<Part> {
  if (only === undefined) return new Set(key !== undefined ? ["media"] : moving ? ["database", "dns"] : ["database"]);
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !parts.some((part) => part === name));
  if (unknown.length > 0) throw new UsageError(`--only ${only}: ${unknown.join(", ")} is none of ${parts.join(", ")}`);
  return new Set(parts.filter((part) => names.includes(part)));
}

function sourceOf({ from, at, backup }: Given, now: Date, moving: boolean): Source {
  if (at !== undefined && backup !== undefined) throw new UsageError("give --at or --backup, not both");
  if (backup !== undefined && timeOf(backup) === undefined)
    throw new UsageError(
      `--backup ${backup}: must be a backup's name, for example 20261123T155000Z; a run without it lists them`,
    );
  const kind = from ?? (backup !== undefined || moving || at === undefined ? "backups" : "point-in-time");
  if (kind === "point-in-time") return pointInTime(at, backup, now);
  if (at !== undefined)
    throw new UsageError(
      `--at ${at}: only the platform's own copies know every moment; take --from point-in-time, or a backup with --backup`,
    );
  if (kind === "backups" || kind === "offsite") return { kind, backup };
  if (kind === "kansas-city")
    throw new UsageError(
      "--from kansas-city: its disks are reached by its operator only; copy a backup's folder from there, and take --from FOLDER",
    );
  if (kind.includes("/") || kind.startsWith(".")) return { kind: "folder", folder: kind, backup };
  throw new UsageError(
    `--from ${kind}: must be point-in-time, backups, offsite, or a folder with a / in its name that holds dump.tar.zst.age and manifest.json`,
  );
}

function pointInTime(at: string | undefined, backup: string | undefined, now: Date): Source {
  if (backup !== undefined) throw new UsageError("--from point-in-time takes a time with --at, not --backup");
  if (at === undefined)
    throw new UsageError("--from point-in-time: say with --at which, for example --at 2026-11-23T15:00:00Z");
  const time = z.iso.datetime().safeParse(at);
  if (!time.success) throw new UsageError(`--at ${at}: must be a time in UTC, for example 2026-11-23T15:00:00Z`);
  const age = now.getTime() - new Date(at).getTime();
  if (age < 0) throw new UsageError(`--at ${at}: is not over yet`);
  if (age > keptDays * 86_400_000)
    throw new UsageError(`--at ${at}: the platform keeps ${keptDays} days; take --from backups or offsite`);
  return { kind: "point-in-time", at };
}
