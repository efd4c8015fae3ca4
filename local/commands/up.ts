// Brings the stack up, previews it, or compares its state with the account.
import { writeFileSync } from "node:fs";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { outputsSchema } from "../../src/outputs.ts";
import { kubeconfigPath } from "../home.ts";
import { readWorkloads } from "../summary/workloads.ts";
import { renderSummary } from "../summary/render.ts";
import { describeChanges } from "./changes.ts";
import { operate, type OperationOptions } from "./operate.ts";

/** Sets the stack up and shows what runs afterwards. */
export async function up(options: OperationOptions): Promise<void> {
  const started = Date.now();
  const { stack, changes } = await operate("Bringing the stack up", options, async (stack, engine, { protect }) => {
    // As `pulumi up` does: what the guard refuses, it refuses while nothing has been changed yet. Where nothing is protected, there is
    // nothing to refuse, and the seconds are saved.
    if (protect) await stack.preview({ ...engine, onEvent: diagnosticsOnly(engine.onEvent) });
    return stack.up(engine);
  });
  const values = Object.fromEntries(Object.entries(await stack.outputs()).map(([name, { value }]) => [name, value]));
  const outputs = outputsSchema.parse(values);
  const kubeconfig = kubeconfigPath(options.home);
  writeFileSync(kubeconfig, outputs.kubeconfig, { mode: 0o600 });
  const workloads = await readWorkloads(kubeconfig, outputs.workloads);
  options.print("");
  options.print(renderSummary({ outputs, workloads, kubeconfig, seconds: (Date.now() - started) / 1000 }));
  options.print("");
  options.print(describeChanges(changes));
}

/** What goes wrong in the preview is told, what it plans is not: the update tells that again. */
function diagnosticsOnly(onEvent: (event: EngineEvent) => void): (event: EngineEvent) => void {
  return (event) => {
    if (event.diagnosticEvent?.severity === "error") onEvent(event);
  };
}

/** Shows what `up` would change; nothing is changed. */
export async function preview(options: OperationOptions): Promise<void> {
  const { changes } = await operate("Previewing", options, (stack, engine) => stack.preview(engine));
  options.print(describeChanges(changes));
}

/** Reads every object from the account into the state, so that the next `up` puts drift right. */
export async function refresh(options: OperationOptions): Promise<void> {
  const { changes } = await operate("Refreshing", options, (stack, engine) =>
    // With the program, for the sake of a cluster that moved: see destroy.ts.
    stack.refresh({ ...engine, runProgram: true }),
  );
  options.print(describeChanges(changes));
}
