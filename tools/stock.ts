// Uses what Pulumi publishes where it can be had: a new enough `pulumi` on PATH, and the Kubernetes plugin from its own download.
import { rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { cacheRoot } from "./cache.ts";
import { isExecutable } from "./executable.ts";
import { EngineError } from "./failures.ts";
import { run } from "./run.ts";
import { isAtLeast } from "./versions.ts";

const downloadSeconds = 90; // 40 MB; a network that blocks the download silently costs no more than this, once

const quiet = { PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_DISABLE_REGISTRY_RESOLVE: "true" };

/** A Pulumi CLI that is installed already. */
export interface StockCli {
  readonly path: string;
  readonly version: string;
}

/** The `pulumi` on PATH if it is at least `minimum`; an older one is left alone. */
export async function findStockCli(minimum: string, path = process.env["PATH"] ?? ""): Promise<StockCli | undefined> {
  const file = path
    .split(delimiter)
    .map((folder) => join(folder, "pulumi"))
    .find(isExecutable);
  if (file === undefined) return undefined;
  const { code, output } = await run(file, ["version"], { env: versionEnvironment(), timeoutSeconds: 10 });
  const version = /v(\d+\.\d+\.\d+)/.exec(output)?.[1];
  return code === 0 && version !== undefined && isAtLeast(version, minimum) ? { path: file, version } : undefined;
}

/** The CLI writes a log of every call into its home, even of this one; the person's own `~/.pulumi` stays untouched. */
function versionEnvironment(): Record<string, string> {
  return { ...quiet, PULUMI_HOME: join(cacheRoot(), "pulumi-home") };
}

/**
 * Lets the CLI download the Kubernetes plugin into the folder `draft`; throws an `EngineError` when it cannot.
 * The CLI's home is the draft too, so the person's own `~/.pulumi` stays untouched.
 */
export async function downloadKubernetesPlugin(cli: string, version: string, draft: string): Promise<void> {
  const home = join(draft, "home");
  const { code } = await run(cli, ["plugin", "install", "resource", "kubernetes", version], {
    env: { ...quiet, PULUMI_HOME: home },
    timeoutSeconds: downloadSeconds,
  });
  if (code !== 0)
    throw new EngineError(`Kubernetes plugin ${version}: cannot be downloaded here, building one instead`);
  const name = "pulumi-resource-kubernetes";
  await rename(join(home, "plugins", `resource-kubernetes-v${version}`, name), join(draft, name));
  await rm(home, { recursive: true, force: true });
}
