// What a tool has to say against an object, in one form for all tools.

export const tools = ["kube-score", "trivy", "checkov", "monokle"] as const;
export type Tool = (typeof tools)[number];

export interface Finding {
  readonly tool: Tool;
  /** The tool's own name of the check; kube-score's checks have several outcomes, which are told apart. */
  readonly check: string;
  /** Kind and name, for example `Deployment/web`. */
  readonly object: string;
  /** For people. */
  readonly detail: string;
}

/** One line for each check, with all that it is about. */
export function findingsTable(findings: readonly Finding[]): string[] {
  const lines = new Map<string, Set<string>>();
  for (const { tool, check, object, detail } of findings) {
    const key = `${tool} ${check} (${detail})`;
    lines.set(key, (lines.get(key) ?? new Set()).add(object));
  }
  return [...lines].map(([check, objects]) => `${check}: ${[...objects].join(", ")}`).toSorted();
}
