// What a restore is going to do, as data: numbered steps that can be shown, carried out, interrupted and gone on with.
import { UsageError } from "../stack-choice.ts";
import type { Settings } from "../settings-schema.ts";
import { databaseSteps } from "./database-steps.ts";
import type { Backup } from "./copies.ts";
import type { SavedState } from "./deployment.ts";
import { mediaSteps } from "./media-steps.ts";
import { moveSteps } from "./move-steps.ts";
import type { Request } from "./request.ts";
import { stampOf } from "./stamp.ts";
import { type Estimate, update } from "./times.ts";

/** A resource that is taken out of the state. With its id, so that what has taken its place meanwhile stays. */
export interface Aside {
  readonly urn: string;
  readonly id?: string | undefined;
}

/** One thing that is done. Each can be done twice without harm. */
export type Action =
  | { readonly kind: "save-state" }
  | { readonly kind: "set"; readonly path: string; readonly value: string }
  | { readonly kind: "unset"; readonly path: string }
  | { readonly kind: "secrets"; readonly key?: string | undefined }
  | { readonly kind: "set-aside"; readonly resources: readonly Aside[]; readonly stays: readonly string[] }
  | { readonly kind: "up"; readonly exclude: readonly string[] }
  | { readonly kind: "restore-job"; readonly copy: "backups" | "offsite"; readonly stamp: string }
  | { readonly kind: "upload"; readonly folder: string; readonly stamp: string }
  | { readonly kind: "media"; readonly key?: string | undefined }
  | { readonly kind: "person"; readonly what: string };

export interface Step {
  readonly title: string;
  readonly actions: readonly Action[];
  readonly estimate?: Estimate | undefined;
  /** What is known to be right once it is done. */
  readonly check?: string | undefined;
}

export interface Plan {
  readonly stack: string;
  readonly made: string;
  /** What people will miss afterwards. */
  readonly lost: readonly string[];
  readonly warnings: readonly string[];
  readonly steps: readonly Step[];
}

/** What a plan is made from. */
export interface Situation {
  readonly stack: string;
  readonly settings: Settings;
  readonly state: SavedState;
  /** Of the chosen copy, newest first. */
  readonly backups: readonly Backup[];
  readonly now: Date;
}

/** @throws UsageError where the request cannot be met, with what can */
export function makePlan(situation: Situation, request: Request): Plan {
  const { stack, now, settings } = situation;
  const has = (part: "secrets" | "database" | "media" | "dns") => request.only.has(part);
  if (has("secrets") && request.identity === undefined)
    throw new UsageError("--only secrets needs --identity FILE, your private age key (docs/secrets.md)");
  const move = request.region === undefined ? undefined : moveSteps(situation, request.region);
  const database = has("database") ? databaseSteps(situation, request, move) : undefined;
  if (move && !database) throw new UsageError("--region makes new, empty databases: leave `database` in --only");
  const media = has("media") ? mediaSteps(settings, request) : [];
  const steps: Step[] = [
    { title: "Keep a copy of the state", actions: [{ kind: "save-state" }] },
    ...(has("secrets") ? [secretsStep()] : []),
    ...(database?.steps ?? []),
    ...media,
    ...(has("dns") ? [dnsStep(move !== undefined)] : []),
    ...(database?.afterwards ?? []),
  ];
  return {
    stack,
    made: stampOf(now),
    lost: [...(database?.lost ?? []), ...(move?.lost ?? [])],
    warnings: [...(move?.warnings ?? []), ...(database?.warnings ?? [])],
    steps,
  };
}

function secretsStep(): Step {
  return {
    title: "Give the server its keys back, out of the escrow bundle",
    actions: [{ kind: "secrets" }],
    check: "the bundle is of this server, and no key that the settings have already is another one",
  };
}

function dnsStep(moved: boolean): Step {
  return {
    title: moved ? "DNS last: point the names at the new load balancer" : "Put DNS records right",
    actions: [{ kind: "up", exclude: [] }],
    estimate: update,
    check: "the site answers under its name, once the records' time to live is over",
  };
}
