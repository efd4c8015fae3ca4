// Trivy's configuration scanner, each manifest by itself, with the checks of its release and no other.
import { z } from "zod";
import { prepareTrivy } from "../../tools/linters.ts";
import { run } from "../../tools/run.ts";
import type { Manifest } from "../support/manifests.ts";
import type { Finding } from "./finding.ts";
import { withFiles } from "./rendered.ts";

const reportSchema = z.object({
  passed: z.int().positive({ error: "Trivy looked at nothing" }),
  findings: z.array(z.object({ file: z.string(), check: z.string(), message: z.string() })),
});

export async function trivyFindings(manifests: readonly Manifest[]): Promise<Finding[]> {
  const program = await prepareTrivy();
  return withFiles(manifests, async (folder, objectOf) => {
    const { code, output } = await run(program, [folder]);
    if (code !== 0) throw new Error(output);
    return reportSchema.parse(JSON.parse(output)).findings.map(({ file, check, message }) => ({
      tool: "trivy" as const,
      check,
      object: objectOf(file),
      detail: message,
    }));
  });
}
