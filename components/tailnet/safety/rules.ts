// All safety rules by name; docs/tailnet.md says what each means.
import { nobodyMastersKubernetes, onlyIntendedCapabilities } from "./capabilities.ts";
import type { Judged, NamedFinding, SafetyRule } from "./finding.ts";
import { loginsAreChecked, onlyIntendedLogins } from "./logins.ts";
import { devicesHaveNames, networksStayClosed, nothingPublished } from "./names.ts";
import { nothingApproved, tagsAreOwned } from "./owners.ts";
import { ciWithoutData, copyApart, everyIntendedWay, onlyIntendedWays, workersApart } from "./ways.ts";

/** The most telling first: of several findings about one part of the policy the first is told. */
export const safetyRules: Readonly<Record<string, SafetyRule>> = {
  "nobody-masters-kubernetes": nobodyMastersKubernetes,
  "ci-without-data": ciWithoutData,
  "workers-apart": workersApart,
  "copy-apart": copyApart,
  "logins-are-checked": loginsAreChecked,
  "devices-have-names": devicesHaveNames,
  "networks-stay-closed": networksStayClosed,
  "nothing-published": nothingPublished,
  "tags-are-owned": tagsAreOwned,
  "nothing-approved": nothingApproved,
  "only-intended-ways": onlyIntendedWays,
  "only-intended-capabilities": onlyIntendedCapabilities,
  "only-intended-logins": onlyIntendedLogins,
  "every-intended-way": everyIntendedWay,
};

/** What all rules find. */
export function safetyFindings(judged: Judged): NamedFinding[] {
  return Object.entries(safetyRules).flatMap(([rule, find]) => find(judged).map((finding) => ({ rule, ...finding })));
}
