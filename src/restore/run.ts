// Carries a plan out, action by action, and notes each in the journal as soon as it is done.
import { UsageError } from "../stack-choice.ts";
import { readState, without } from "./deployment.ts";
import type { Journal } from "./journal.ts";
import type { Action, Aside } from "./plan.ts";
import type { Pulumi } from "./pulumi.ts";
import { commandLines } from "./text.ts";

/** What a plan is carried out with. */
export interface Hands {
  readonly pulumi: Pulumi;
  readonly saveState: (text: string) => void;
  readonly giveSecrets: (key: string | undefined) => Promise<string[]>;
  readonly restoreDatabase: (copy: "backups" | "offsite", stamp: string, run: string) => Promise<void>;
  readonly upload: (folder: string, stamp: string) => Promise<void>;
  readonly restoreMedia: (key: string | undefined) => Promise<void>;
  /** Asks the person; false ends the run, which can be gone on with. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly print: (line: string) => void;
}

/** @throws UsageError where a step fails or the person stops: the next run goes on there */
export async function carryOut(journal: Journal, hands: Hands): Promise<void> {
  const { plan } = journal;
  for (const [number, step] of plan.steps.entries()) {
    hands.print(`${number + 1}. ${step.title}`);
    for (const [part, action] of step.actions.entries()) {
      if (journal.isDone(number, part)) continue;
      for (const line of commandLines(action, plan.stack)) hands.print(`   ${line}`);
      await perform(action, plan.made, hands);
      journal.note(number, part, new Date());
    }
    if (step.check !== undefined) hands.print(`   done; checked: ${step.check}`);
  }
  journal.finish();
}

async function perform(action: Action, run: string, hands: Hands): Promise<void> {
  const { pulumi } = hands;
  switch (action.kind) {
    case "save-state":
      return hands.saveState(await pulumi.exportState());
    case "set":
      return pulumi.setSetting(action.path, action.value);
    case "unset":
      return pulumi.removeSetting(action.path);
    case "secrets":
      return (await hands.giveSecrets(action.key)).forEach((line) => hands.print(`   ${line}`));
    case "set-aside":
      return setAside(action.resources, pulumi);
    case "up":
      return pulumi.up(action.exclude);
    case "restore-job":
      return hands.restoreDatabase(action.copy, action.stamp, run);
    case "upload":
      return hands.upload(action.folder, action.stamp);
    case "media":
      return hands.restoreMedia(action.key);
    case "person":
      if (await hands.confirm("Is that done?")) return;
      throw new UsageError("stopped here; run the same command again to go on");
  }
}

/** Only what has the id that the plan saw: what an update has put in its place meanwhile is not touched. */
async function setAside(resources: readonly Aside[], pulumi: Pulumi): Promise<void> {
  const state = readState(await pulumi.exportState());
  const wanted = new Map(resources.map(({ urn, id }) => [urn, id]));
  const aside = state.deployment.resources.filter(({ urn, id }) => wanted.has(urn) && wanted.get(urn) === id);
  if (aside.length === 0) return;
  const left = without(state, new Set(aside.map(({ urn }) => urn)));
  await pulumi.importState(JSON.stringify(left));
}
