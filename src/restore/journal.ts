// The journal of a restore: its plan and what of it is done, so that an interrupted one goes on where it ended.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../stack-choice.ts";
import type { Plan } from "./plan.ts";

const estimateSchema = z.strictObject({ minutes: z.number(), basis: z.string() });

const actionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("save-state") }),
  z.strictObject({ kind: z.literal("set"), path: z.string(), value: z.string() }),
  z.strictObject({ kind: z.literal("unset"), path: z.string() }),
  z.strictObject({ kind: z.literal("secrets"), key: z.string().optional() }),
  z.strictObject({
    kind: z.literal("set-aside"),
    resources: z.array(z.strictObject({ urn: z.string(), id: z.string().optional() })),
    stays: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal("up"), exclude: z.array(z.string()) }),
  z.strictObject({ kind: z.literal("restore-job"), copy: z.enum(["backups", "offsite"]), stamp: z.string() }),
  z.strictObject({ kind: z.literal("upload"), folder: z.string(), stamp: z.string() }),
  z.strictObject({ kind: z.literal("media"), key: z.string().optional() }),
  z.strictObject({ kind: z.literal("person"), what: z.string() }),
]);

const planSchema = z.strictObject({
  stack: z.string(),
  made: z.string(),
  lost: z.array(z.string()),
  warnings: z.array(z.string()),
  steps: z.array(
    z.strictObject({
      title: z.string(),
      actions: z.array(actionSchema),
      estimate: estimateSchema.optional(),
      check: z.string().optional(),
    }),
  ),
});

const journalSchema = z.strictObject({
  version: z.literal(1),
  plan: planSchema,
  /** Number of the step and of the action in it, with when it was done. */
  done: z.array(z.strictObject({ step: z.int(), action: z.int(), at: z.string() })),
  finished: z.boolean(),
});

type Written = z.infer<typeof journalSchema>;

/** One restore of one stack, in a folder that nobody else reads. */
export class Journal {
  readonly folder: string;
  #written: Written;

  private constructor(folder: string, written: Written) {
    this.folder = folder;
    this.#written = written;
  }

  /** The journal of a restore that was not finished; nothing where there is none. */
  static open(folder: string): Journal | undefined {
    const file = join(folder, "journal.json");
    if (!existsSync(file)) return undefined;
    const written = journalSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (!written.success)
      throw new UsageError(`${file} is no journal that this version reads; move it away to begin a new restore`);
    return written.data.finished ? undefined : new Journal(folder, written.data);
  }

  /** Begins a new one in place of a finished one. */
  static begin(folder: string, plan: Plan): Journal {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const written = journalSchema.parse({
      version: 1,
      plan: JSON.parse(JSON.stringify(plan)),
      done: [],
      finished: false,
    });
    const journal = new Journal(folder, written);
    journal.#write();
    return journal;
  }

  get plan(): Plan {
    return this.#written.plan;
  }

  isDone(step: number, action: number): boolean {
    return this.#written.done.some((one) => one.step === step && one.action === action);
  }

  /** How many steps are done wholly. */
  get stepsDone(): number {
    return this.plan.steps.filter(({ actions }, step) => actions.every((_, action) => this.isDone(step, action)))
      .length;
  }

  /** It counts only once it is on the disk. */
  note(step: number, action: number, at: Date): void {
    this.#written = { ...this.#written, done: [...this.#written.done, { step, action, at: at.toISOString() }] };
    this.#write();
  }

  finish(): void {
    this.#written = { ...this.#written, finished: true };
    this.#write();
  }

  /** Forgets it: the next run makes a new plan. */
  abandon(): void {
    rmSync(join(this.folder, "journal.json"), { force: true });
  }

  #write(): void {
    const file = join(this.folder, "journal.json");
    writeFileSync(`${file}.new`, `${JSON.stringify(this.#written, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
