// Prints the stack's outputs as JSON, for people and for other tools.
import type { OperationOptions } from "./operate.ts";
import { openLocalStack } from "../engine/stack.ts";

/** The outputs; secrets are replaced by `[secret]` unless asked for. */
export async function readOutputs(options: OperationOptions, showSecrets: boolean): Promise<Record<string, unknown>> {
  const stack = await openLocalStack({ ...options, report: options.print });
  const outputs = await stack.outputs();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, secret }]) => [name, secret && !showSecrets ? "[secret]" : value]),
  );
}
