// Refuses a change of the media's host that the stack's last update does not allow.
import * as pulumi from "@pulumi/pulumi";
import { mediaSwitchProblems } from "../components/cdn/media-move/rules.ts";
import { dateOf } from "../components/dates.ts";
import type { PreviousOutputs } from "./previous-outputs.ts";
import { SettingsError } from "./settings.ts";
import type { Settings } from "./settings-schema.ts";

/**
 * A rule like those of `settings-rules.ts`, except that it looks at what was before.
 * @throws pulumi.RunError in previews too, before anything is registered
 */
export function checkMediaSwitch(settings: Settings, previous: PreviousOutputs, now = new Date()): void {
  const problems = mediaSwitchProblems(settings, previous, dateOf(now));
  if (problems.length > 0) throw new pulumi.RunError(new SettingsError(problems).message);
}
