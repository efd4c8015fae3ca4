// Where a part of the policy was written by a person: in the hand-written additions, or in the setting that it follows from.
import type { IntentMatrix } from "./intents.ts";
import type { Policy } from "./policy.ts";
import { rolesOf } from "./safety/finding.ts";

interface Part {
  /** In the joined policy: `grants[7].src[0]`. */
  readonly path: string;
  /** The device that gets too much. */
  readonly source: string | undefined;
  readonly generated: Policy;
  readonly matrix: IntentMatrix;
}

/** Path of the setting to change. */
export function originOf({ path, source, generated, matrix }: Part): string {
  const [, section, number] = /^(grants|ssh|nodeAttrs|tests|sshTests)\[(\d+)\]/.exec(path) ?? [];
  if (isListed(section)) {
    const ours = generated[section].length;
    const at = Number(number) - ours;
    if (at >= 0) return `tailnet.extraPolicy.${path.replace(/\[\d+\]/, `[${at}]`)}`;
  } else if (path !== "grants") return `tailnet.extraPolicy.${path}`;
  const [role] = source === undefined ? [] : rolesOf(source, matrix);
  return role?.setting ?? "tailnet.access";
}

type Listed = "grants" | "ssh" | "nodeAttrs" | "tests" | "sshTests";

function isListed(section: string | undefined): section is Listed {
  return section !== undefined;
}
