// The command `npm run restore -- <stack>`: shows what a restore would do, and does it with --apply.
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { print, readOptions, runCommand, stackOptions } from "../command-line.ts";
import { UsageError } from "../stack-choice.ts";
import { type Chosen, offsiteAccess, readChosen, spacesAccess } from "./chosen.ts";
import { type Backup, backupsIn, readManifest } from "./copies.ts";
import { readState } from "./deployment.ts";
import { Journal } from "./journal.ts";
import { makePlan } from "./plan.ts";
import { type Pulumi, pulumiCli } from "./pulumi.ts";
import { help } from "./help.ts";
import { readRequest, type Request, type Source } from "./request.ts";
import { carryOut } from "./run.ts";
import { stampOf, timeOf } from "./stamp.ts";
import { openStore } from "./store.ts";
import { backupLines, planText } from "./text.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

function readArguments() {
  return readOptions("restore", {
    ...stackOptions,
    stack: text,
    from: text,
    at: text,
    backup: text,
    only: text,
    region: text,
    "media-key": text,
    identity: text,
    folder: text,
    apply: flag,
    yes: flag,
    abandon: flag,
  });
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return print(help);
  const now = new Date();
  const request = readRequest(values, now);
  const chosen = await readChosen(positionals, values.settings, values.stack);
  const folder = resolve(values.folder ?? join(".restore", chosen.stack));
  const pulumi = pulumiCli(chosen.stack, values.settings);
  const begun = Journal.open(folder);
  if (values.abandon) {
    begun?.abandon();
    return print(begun ? "the restore that was begun is forgotten; what it did stays done" : "no restore was begun");
  }
  if (begun)
    print(`A restore was begun and is not finished (${folder}); --apply goes on with it, --abandon forgets it.\n`);
  const plan = begun?.plan ?? (await planNow(chosen, pulumi, request, now));
  print(planText(plan, begun?.stepsDone));
  if (!values.apply) return print("\nNothing was done: this is what --apply would do.");
  if (!values.yes && !(await confirm(`Do it, to the stack ${plan.stack}?`))) return print("Nothing was done.");
  const opens = plan.steps.some(({ actions }) =>
    actions.some(({ kind }) => kind === "restore-job" || kind === "secrets"),
  );
  if (opens && request.identity === undefined)
    throw new UsageError(
      "this opens what is encrypted: give your private age key with --identity FILE; nothing was done",
    );
  const journal = begun ?? Journal.begin(folder, plan);
  const saveState = (state: string) => {
    const file = join(folder, `state-before-${plan.made}.json`);
    writeFileSync(file, state, { mode: 0o600 });
    chmodSync(file, 0o600);
  };
  // The Kubernetes client takes more than a second to load.
  const { handsFor } = await import("./hands.ts");
  const ask = values.yes ? () => Promise.resolve(true) : confirm;
  await carryOut(journal, handsFor({ chosen, pulumi, request, saveState, confirm: ask, print }));
  print("\nThe restore is finished.");
}

async function planNow(chosen: Chosen, pulumi: Pulumi, request: Request, now: Date) {
  const state = readState(await pulumi.exportState());
  const backups = request.only.has("database") ? await backupsOf(request.source, chosen, pulumi) : [];
  if (backups.length > 0) print([`Backups in ${request.source.kind}:`, ...backupLines(backups, now), ""].join("\n"));
  return makePlan({ stack: chosen.stack, settings: chosen.settings, state, backups, now }, request);
}

async function backupsOf(source: Source, chosen: Chosen, pulumi: Pulumi): Promise<Backup[]> {
  if (source.kind === "point-in-time") return [];
  if (source.kind === "folder") return [backupInFolder(source)];
  const outputs = await pulumi.outputs();
  const access =
    source.kind === "offsite"
      ? await offsiteAccess(chosen, pulumi, outputs)
      : await spacesAccess(chosen, "backups", pulumi, outputs);
  return backupsIn(openStore(access));
}

/** The folder's own name is the backup's, as the copies have it. */
function backupInFolder({ folder, backup }: Extract<Source, { kind: "folder" }>): Backup {
  const last = resolve(folder).split("/").at(-1) ?? "";
  const stamp = backup ?? (timeOf(last) === undefined ? undefined : last);
  const manifest = readManifest(readFileSync(join(folder, "manifest.json")));
  return { stamp: stamp ?? stampOf(new Date(manifest.started)), manifest };
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError("nobody can be asked here; add --yes to go on without questions");
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question(`${question} [yes/no] `);
  reader.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** A store's refusal, which is no fault of this program. */
function refusal(error: unknown): string | undefined {
  if (!(error instanceof Error && "$metadata" in error)) return undefined;
  return `the store refused: ${error.name}: ${error.message}`;
}

await runCommand(main, 1, refusal);
