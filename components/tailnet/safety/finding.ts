// What the safety rules judge and what they find.
import type { Reachability } from "../evaluator/reachability.ts";
import type { IntentMatrix, Subject } from "../intents.ts";

/** A way that should not be open, or a missing one. */
export interface Finding {
  /** Where in the policy: `grants[3]`. */
  readonly path: string;
  /** The device that gets too much, where there is one. */
  readonly source?: string;
  /** Who would get where: a sentence without its end. */
  readonly message: string;
}

/** A policy over the devices that there may be, and what it is meant to allow. */
export interface Judged {
  readonly matrix: IntentMatrix;
  readonly reachability: Reachability;
  /** Networks behind the tailnet that nobody may route to, with the settings they come from. */
  readonly networks: readonly { readonly path: string; readonly range: string }[];
}

/** Named where all rules are listed, in `rules.ts`. */
export type SafetyRule = (judged: Judged) => Finding[];

/** A finding of a rule that has a name. */
export interface NamedFinding extends Finding {
  readonly rule: string;
}

/** Every device, by name: a tag or a login. */
export function devicesOf({ reachability }: Judged): string[] {
  return Object.keys(reachability.selectors.topology.nodes);
}

/** The rows of the matrix that a device belongs to: a person may be in several groups. */
export function rolesOf(device: string, { subjects }: IntentMatrix): Subject[] {
  return subjects.filter(({ selector, members }) => selector === device || members?.includes(device));
}
