// What the engine would do with other settings: the plan of a preview of the whole stack on the local cloud.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, type EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { parseDocument } from "yaml";
import { openLocalStack } from "../../local/engine/stack.ts";
import { projectRoot } from "../stacks.ts";

export interface Plan {
  /** One text for each resource that would not stay as it is: `update kubernetes-cluster`. */
  readonly steps: readonly string[];
  /** The engine's errors; a plan with one is a refusal. */
  readonly errors: string;
}

/** A replacement is told once, as `replace`, not as its halves too. */
const uninteresting: ReadonlySet<string> = new Set(["same", "read", "create-replacement", "delete-replaced"]);

/** Settings by path, as in a stack file: `{ "kubernetes.pools.web.max": 7 }`. Undefined takes the setting away. */
export type Changes = Readonly<Record<string, unknown>>;

/** The local stack's settings file with changes, written to `file`. */
export function writeSettings(file: string, changes: Changes): void {
  const document = parseDocument(readFileSync(join(projectRoot, "Pulumi.local.yaml"), "utf8"));
  for (const [path, value] of Object.entries(changes)) {
    const [subject = "", ...rest] = path.split(".");
    const place = ["config", `mastodon:${subject}`, ...rest];
    if (value === undefined) document.deleteIn(place);
    else document.setIn(place, document.createNode(value));
  }
  writeFileSync(file, String(document));
}

/** Previews the stack of `home` with the given settings file. */
export async function planOf(home: string, settingsFile: string): Promise<Plan> {
  const steps: string[] = [];
  const errors: string[] = [];
  const onEvent = ({ resourcePreEvent, diagnosticEvent }: EngineEvent): void => {
    if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message);
    const { op, urn, type } = resourcePreEvent?.metadata ?? { op: "same", urn: "", type: "" };
    if (uninteresting.has(op) || type === "pulumi:pulumi:Stack") return;
    steps.push(`${op} ${urn.split("::").at(-1) ?? urn}`);
  };
  const stack = await openLocalStack({ home, settingsFile });
  try {
    await stack.preview({ onEvent });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (errors.length === 0) errors.push(error.message);
  }
  return { steps: steps.toSorted(), errors: errors.join("\n") };
}
