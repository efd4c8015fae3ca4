// Definitions of the custom resources that a DigitalOcean cluster brings along and the stack uses; downloaded, never committed.
import { copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { EngineError, explainFailedBuild } from "./failures.ts";
import { goEnvironment } from "./go-flags.ts";
import { findGo } from "./go-toolchain.ts";
import { run } from "./run.ts";

/** A Go module that carries definitions, with the checksum of exactly this version. */
export interface DefinitionSource {
  readonly title: string;
  readonly module: string;
  readonly version: string;
  /** Checksum as Go writes it into go.sum; verified here because no go.sum names the module. */
  readonly sum: string;
  /** Files to take, relative to the module. */
  readonly files: readonly string[];
}

/** DOKS runs Cilium as its network; network policies by DNS name need its own kinds. 32 MB to download (2026-11-23). */
export const ciliumDefinitions: DefinitionSource = {
  title: "Cilium custom resource definitions",
  module: "github.com/cilium/cilium",
  version: "v1.18.5",
  sum: "h1:YLgoehlIEuW/yIpDprx696sAr78Upmvb+FSQsYQd3PI=",
  files: ["ciliumnetworkpolicies.yaml", "ciliumclusterwidenetworkpolicies.yaml"].map((file) =>
    join("pkg/k8s/apis/cilium.io/client/crds/v2", file),
  ),
};

/** The part of the answer of `go mod download -json` that is used. */
const downloadSchema = z.object({ Dir: z.string(), Sum: z.string() });

/** Names of the files that `fetchDefinitions` leaves in its folder. */
export function definitionFiles(source: DefinitionSource): string[] {
  return source.files.map((file) => file.slice(file.lastIndexOf("/") + 1));
}

/** Downloads the module through Go's module proxy and copies the definitions into `draft`. */
export async function fetchDefinitions(source: DefinitionSource, draft: string, modulesFolder: string): Promise<void> {
  const { title, module, version, sum } = source;
  const go = await findGo(title, join(modulesFolder, "control-plane"));
  const result = await run(go, ["mod", "download", "-json", `${module}@${version}`], {
    cwd: tmpdir(),
    env: { ...goEnvironment, GONOSUMDB: module },
  });
  const json = result.output.slice(result.output.indexOf("{"));
  if (result.code !== 0) {
    throw new EngineError(explainFailedBuild({ title, output: result.output, log: "above" }));
  }
  const found = downloadSchema.parse(JSON.parse(json));
  if (found.Sum !== sum) {
    throw new EngineError(
      `The module ${module} ${version} has the checksum ${found.Sum} instead of ${sum}; ask who runs your module proxy.`,
    );
  }
  for (const [index, name] of definitionFiles(source).entries()) {
    await copyFile(join(found.Dir, source.files[index] ?? name), join(draft, name));
  }
}
