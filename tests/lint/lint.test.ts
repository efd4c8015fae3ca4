// Four tools judge every manifest of the stacks and of their options; what they find is waived with a reason, or mended.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test, type TestContext } from "vitest";
import { EngineError } from "../../tools/failures.ts";
import { projectRoot } from "../stacks.ts";
import { checkovFindings } from "./checkov.ts";
import { type Finding, findingsTable, type Tool, tools } from "./finding.ts";
import { kubeScoreFindings } from "./kube-score.ts";
import { monokleFindings } from "./monokle.ts";
import { type ManifestSet, manifestSets } from "./rendered.ts";
import { trivyFindings } from "./trivy.ts";
import { isWaived, unusedWaivers, waivers, waiversPage } from "./waivers.ts";

const minutes = 60_000;

const found = new Map<Tool, readonly Finding[]>();

let rendering: Promise<ManifestSet[]> | undefined;
const sets = (): Promise<ManifestSet[]> => (rendering ??= manifestSets());
const everything = async () => (await sets()).flatMap(({ fresh }) => fresh);

const judges: Readonly<Record<Tool, () => Promise<Finding[]>>> = {
  "kube-score": async () => kubeScoreFindings(await sets()),
  trivy: async () => trivyFindings(await everything()),
  checkov: async () => checkovFindings(await everything()),
  monokle: async () => monokleFindings(await everything()),
};

/** A tool that cannot be had on this machine is skipped, with the reason. */
async function judged(tool: Tool, context: TestContext): Promise<readonly Finding[]> {
  try {
    const findings = await judges[tool]();
    found.set(tool, findings);
    return findings;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.warn(`SKIPPED: ${tool} judges no manifest. ${error.message}`);
    return context.skip(error.message);
  }
}

describe("every manifest", () => {
  for (const tool of tools)
    test(`passes ${tool}, waivers aside`, { timeout: 20 * minutes }, async (context) => {
      const findings = await judged(tool, context);
      expect(findings.length).toBeGreaterThan(0); // each of them finds something that is waived, or it has not looked
      const open = findings.filter((finding) => !waivers.some((waiver) => isWaived(finding, waiver)));
      expect(findingsTable(open)).toEqual([]);
    });
});

describe("waivers", () => {
  test("are needed, every check and every object of them", (context) => {
    const skipped = tools.filter((tool) => !found.has(tool));
    if (skipped.length > 0) context.skip(`${skipped.join(", ")} did not look`);
    expect(unusedWaivers([...found.values()].flat())).toEqual([]);
  });

  test("are told to operators in docs/waivers.md", () => {
    const path = resolve(projectRoot, "docs/waivers.md");
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, waiversPage());
    expect(readFileSync(path, "utf8")).toBe(waiversPage());
  });
});
