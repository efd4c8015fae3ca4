// checkov's Kubernetes checks over all manifests, without asking anybody for anything.
import { z } from "zod";
import { prepareCheckov } from "../../tools/linters.ts";
import { run } from "../../tools/run.ts";
import type { Manifest } from "../support/manifests.ts";
import type { Finding } from "./finding.ts";
import { withFiles } from "./rendered.ts";

const reportSchema = z.object({
  summary: z.object({ passed: z.int().positive({ error: "checkov looked at nothing" }), parsing_errors: z.literal(0) }),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), file_path: z.string() })),
  }),
});

const offline = ["--skip-download", "--compact", "--quiet"];

export async function checkovFindings(manifests: readonly Manifest[]): Promise<Finding[]> {
  const { python, packages, module } = await prepareCheckov();
  return withFiles(manifests, async (folder, objectOf) => {
    const args = ["-m", module, "--directory", folder, "--framework", "kubernetes", "--output", "json", ...offline];
    const env = { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "1", LOG_LEVEL: "ERROR" };
    const { output } = await run(python, args, { cwd: folder, env });
    const text = output.slice(output.indexOf("{")); // its exit code tells only whether there are findings
    return reportSchema.parse(JSON.parse(text)).results.failed_checks.map((failed) => ({
      tool: "checkov" as const,
      check: failed.check_id,
      object: objectOf(failed.file_path.replace(/^\//, "")),
      detail: failed.check_name,
    }));
  });
}
