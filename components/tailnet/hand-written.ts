// Hand-written additions to the generated policy: read from HuJSON, and joined so that nothing generated is changed by them.
import type { z } from "zod";
import { policyFileSchema, type PolicyFile, type PolicyProblem } from "./evaluator/policy-file.ts";
import { parseHujson } from "./hujson.ts";
import type { Policy } from "./policy.ts";

const handWrittenSchema = policyFileSchema.pick({
  grants: true,
  groups: true,
  hosts: true,
  tagOwners: true,
  ssh: true,
  nodeAttrs: true,
  tests: true,
  sshTests: true,
});

/** What may be written by hand, checked for its shape. */
export interface HandWritten {
  readonly policy: PolicyFile;
  readonly problems: readonly PolicyProblem[];
}

/** @param text HuJSON; empty for none */
export function parseHandWritten(text: string): HandWritten {
  if (text.trim() === "") return { policy: {}, problems: [] };
  const parsed = parseHujson(text);
  if ("reason" in parsed) return { policy: {}, problems: [{ path: "", message: parsed.reason }] };
  const checked = handWrittenSchema.safeParse(parsed.value);
  if (checked.success) return { policy: checked.data, problems: [] };
  return {
    policy: {},
    problems: checked.error.issues.map((issue) => ({ path: writtenPath(issue.path), message: refusal(issue) })),
  };
}

const kinds: Readonly<Record<string, string>> = {
  array: "a list",
  string: "a text",
  object: "an object",
  record: "an object",
};

function refusal(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `must be ${kinds[issue.expected] ?? issue.expected}`;
  if (issue.code !== "unrecognized_keys") return issue.message;
  const allowed = issue.path.length === 0 ? `; allowed: ${Object.keys(handWrittenSchema.shape).join(", ")}` : "";
  return `has what a policy has no place for: ${issue.keys.join(", ")}${allowed}`;
}

function writtenPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

/** Names that are written by hand but generated too: a second meaning would change who reaches what. */
export function redefinitions(generated: Policy, { policy }: HandWritten): PolicyProblem[] {
  return (["groups", "tagOwners"] as const).flatMap((section) =>
    Object.keys(policy[section] ?? {})
      .filter((name) => generated[section]?.[name] !== undefined)
      .map((name) => ({
        path: `${section}["${name}"]`,
        message: "is generated from the settings; take another name",
      })),
  );
}

/** Both policies as one. The hand-written part comes last in each list, so the numbers of generated rules stay. */
export function joinPolicies(generated: Policy, { policy }: HandWritten): Policy {
  const hosts = policy.hosts && { hosts: policy.hosts };
  return {
    ...generated,
    groups: { ...policy.groups, ...generated.groups },
    ...hosts,
    tagOwners: { ...policy.tagOwners, ...generated.tagOwners },
    grants: [...generated.grants, ...(policy.grants ?? [])],
    ssh: [...generated.ssh, ...(policy.ssh ?? [])],
    nodeAttrs: [...generated.nodeAttrs, ...(policy.nodeAttrs ?? [])],
    tests: [...generated.tests, ...(policy.tests ?? [])],
    sshTests: [...generated.sshTests, ...(policy.sshTests ?? [])],
  };
}
