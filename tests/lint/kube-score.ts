// kube-score over whole clusters: it compares Services, policies and budgets with the pods that they are for.
import { z } from "zod";
import { prepareKubeScore } from "../../tools/linters.ts";
import { run } from "../../tools/run.ts";
import type { Finding } from "./finding.ts";
import { type ManifestSet, withFiles } from "./rendered.ts";

const commentSchema = z.object({ path: z.string(), summary: z.string() });

const objectSchema = z.object({
  object_name: z.string(),
  type_meta: z.object({ kind: z.string() }),
  object_meta: z.object({ name: z.string() }),
  checks: z.array(
    z.object({
      check: z.object({ id: z.string() }),
      grade: z.number(),
      skipped: z.boolean(),
      comments: z.array(commentSchema).nullable(),
    }),
  ),
});

const flawless = 10;

/** Beside its defaults: a profile of system calls, and ports that Services and probes name. Equal requests and limits are another school. */
const optionalTests = ["container-seccomp-profile", "container-ports-check"];

export async function kubeScoreFindings(sets: readonly ManifestSet[]): Promise<Finding[]> {
  const program = await prepareKubeScore();
  const all: Finding[] = [];
  for (const { manifests } of sets) all.push(...(await withFiles(manifests, (folder) => scored(program, folder))));
  return all;
}

async function scored(program: string, folder: string): Promise<Finding[]> {
  const enabled = optionalTests.flatMap((test) => ["--enable-optional-test", test]);
  const script = `exec "$0" score --output-format json --kubernetes-version v1.36 "$@" *.yaml`;
  const { output } = await run("sh", ["-c", script, program, ...enabled], { cwd: folder });
  const objects = z.array(objectSchema).min(1).parse(JSON.parse(output)); // its exit code tells only whether there are findings
  return objects.flatMap(({ type_meta: { kind }, object_meta: { name }, checks }) =>
    checks
      .filter(({ grade, skipped }) => !skipped && grade < flawless)
      .flatMap(({ check, comments }) =>
        (comments ?? []).map(({ path, summary }) => ({
          tool: "kube-score" as const,
          check: `${check.id}: ${summary}`,
          object: `${kind}/${name}`,
          detail: path,
        })),
      ),
  );
}
