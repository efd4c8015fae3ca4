// Runs one engine operation on the local stack: settings first, then clusters awake, then the operation with progress and a clean cancel.
import { existsSync } from "node:fs";
import { CommandError, type EngineEvent, type Stack } from "@pulumi/pulumi/automation/index.js";
import type { Settings } from "../../src/settings-schema.ts";
import { cancellable } from "../engine/interrupt.ts";
import { settlePendingOperations } from "../engine/pending.ts";
import { Progress } from "../engine/progress.ts";
import { openLocalStack } from "../engine/stack.ts";
import { LocalCloudError } from "../errors.ts";
import { checkSettings } from "../settings-check.ts";
import { resumeClusters } from "./clusters.ts";
import { wakeStores } from "./stores.ts";

export interface OperationOptions {
  /** Folder of all local state. */
  readonly home: string;
  /** Settings file of the stack. */
  readonly settingsFile: string;
  /** Takes each line of progress. */
  readonly print: (line: string) => void;
}

export interface Operation {
  readonly stack: Stack;
  /** Operations that the engine counted: `{ create: 12, same: 3 }`. */
  readonly changes: Record<string, number>;
}

/** What every operation of the Automation API takes. */
interface EngineOptions {
  readonly onEvent: (event: EngineEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Opens the stack and runs `operation` on it.
 * @throws LocalCloudError when the settings are wrong, the engine reports a failure, or the person cancels.
 */
export async function operate(
  title: string,
  options: OperationOptions,
  operation: (stack: Stack, engine: EngineOptions, settings: Settings) => Promise<unknown>,
): Promise<Operation> {
  if (!existsSync(options.settingsFile)) {
    throw new LocalCloudError(`there is no settings file ${options.settingsFile}; name one with --settings FILE`);
  }
  const settings = checkSettings(options.settingsFile);
  const stack = await openLocalStack({ ...options, report: options.print });
  const moved = [
    ...(await resumeClusters(options.home, options.print)),
    ...(await wakeStores(options.home, options.print)),
  ];
  await settlePendingOperations(options.home, stack, options.print);
  // The state still knows the old address or token, and nothing in the cluster could be reached with it.
  if (moved.length > 0) await stack.refresh({ target: moved });
  options.print(`${title} ...`);
  const progress = new Progress(options.print);
  // Until here an interrupt may simply end the process; from here on the engine's state is at stake.
  await cancellable(async (signal) => {
    try {
      await operation(stack, { onEvent: progress.observe, signal }, settings);
      // A cancelled destroy ends without an error, although most is left.
      if (signal.aborted) throw cancelled();
    } catch (error) {
      throw signal.aborted ? cancelled() : explain(error, progress);
    } finally {
      progress.close();
    }
  });
  return { stack, changes: progress.changes };
}

function cancelled(): LocalCloudError {
  return new LocalCloudError("cancelled; what was finished is saved, and `npm start` finishes the job");
}

/** The engine's diagnostics were printed as they came; only a failure before the engine's start still has to be told. */
function explain(error: unknown, progress: Progress): unknown {
  if (!(error instanceof CommandError)) return error;
  if (progress.errors > 0) {
    return new LocalCloudError(
      `failed with ${progress.errors} ${progress.errors === 1 ? "error" : "errors"}, told above; put the cause right and run the command again, it goes on from here`,
    );
  }
  return new LocalCloudError(`the Pulumi engine failed:\n${error.message}`);
}
