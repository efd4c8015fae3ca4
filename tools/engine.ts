// Prepares the programs that the local cloud needs: Pulumi's engine with its Kubernetes plugin, and a Kubernetes control plane.
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import {
  amtool,
  controlPlane,
  type GoArtifact,
  kedaAdapter,
  kedaOperator,
  kubernetesPlugin,
  prometheus,
  promtool,
  pulumiCli,
  pulumiVersion,
  versitygw,
} from "./artifacts.ts";
import { cacheKey, cacheRoot, type CachedFolder, ensureCached, isCached } from "./cache.ts";
import { ciliumDefinitions, definitionFiles, fetchDefinitions } from "./crds.ts";
import { EngineError } from "./failures.ts";
import { buildWithGo, modulesFolder } from "./go-build.ts";
import { buildFlags, goEnvironment } from "./go-flags.ts";
import { type Report, withProgress } from "./progress.ts";
import { downloadKubernetesPlugin, findStockCli } from "./stock.ts";

/** Pulumi's engine and the one real plugin that the local cloud uses. */
export interface Engine {
  /** Path of the CLI. */
  readonly pulumi: string;
  readonly pulumiVersion: string;
  /** Path of the Kubernetes plugin. */
  readonly kubernetesPlugin: string;
  /** The CLI is the one on PATH, and was not built here. */
  readonly stock: boolean;
}

/** Programs of a Kubernetes cluster without kubelets. */
export interface ControlPlane {
  /** Path of the binary whose first argument is etcd, kube-apiserver, kube-controller-manager or kube-scheduler. */
  readonly controlPlane: string;
  /** Path of KWOK, which simulates the nodes. */
  readonly kwok: string;
  /** Folder with custom resource definitions as YAML files. */
  readonly crds: string;
}

export interface PrepareOptions {
  /** Takes lines of progress; nothing is reported when everything is there. @default none */
  readonly report?: Report;
}

const silent: Report = () => {};

/**
 * Makes Pulumi's engine ready: the installed CLI where it is new enough, otherwise one built here, once per machine.
 * Throws an `EngineError` that says what to do when Go, the network or the disk stands in the way.
 */
export async function prepareEngine({ report = silent }: PrepareOptions = {}): Promise<Engine> {
  const stock = await findStockCli(pulumiVersion);
  const pulumi = stock?.path ?? (await built(pulumiCli, report));
  return {
    pulumi,
    pulumiVersion: stock?.version ?? pulumiVersion,
    kubernetesPlugin: await prepareKubernetesPlugin(pulumi, report),
    stock: stock !== undefined,
  };
}

/** Makes the control plane ready; the same promises as `prepareEngine`. Both may run at once, in any number of processes. */
export async function prepareControlPlane({ report = silent }: PrepareOptions = {}): Promise<ControlPlane> {
  const crds = await prepareDefinitions(report);
  const binary = await built(controlPlane, report);
  return { controlPlane: binary, kwok: join(binary, "..", "kwok"), crds };
}

/** Programs that check the configuration of Prometheus and of Alertmanager. */
export interface AlertTools {
  /** Path of Prometheus' checker. */
  readonly promtool: string;
  /** Path of Alertmanager's. */
  readonly amtool: string;
}

/** Makes the checkers of alert rules and of their delivery ready; the same promises as `prepareEngine`. */
export async function prepareAlertTools({ report = silent }: PrepareOptions = {}): Promise<AlertTools> {
  return { promtool: await built(promtool, report), amtool: await built(amtool, report) };
}

/** Programs of the autoscaling's closed loop. */
export interface ScalingTools {
  /** Path of KEDA's operator. */
  readonly operator: string;
  /** Path of KEDA's metrics adapter. */
  readonly adapter: string;
  /** Path of Prometheus. */
  readonly prometheus: string;
}

/** Makes KEDA and Prometheus ready, for the test that scales with the real thing; the same promises as `prepareEngine`. */
export async function prepareScalingTools({ report = silent }: PrepareOptions = {}): Promise<ScalingTools> {
  return {
    prometheus: await built(prometheus, report),
    operator: await built(kedaOperator, report),
    adapter: await built(kedaAdapter, report),
  };
}

/** Path of versitygw, a real S3 server; the same promises as `prepareEngine`. */
export function versitygwProgram({ report = silent }: PrepareOptions = {}): Promise<string> {
  return built(versitygw, report);
}

/** The version that the npm package wants where it can be downloaded, otherwise the newest that can be built. */
async function prepareKubernetesPlugin(pulumi: string, report: Report): Promise<string> {
  const version = await sdkVersion("kubernetes");
  const folder = join(cacheRoot(), `kubernetes-plugin-${version}-${process.arch}`);
  const download = { folder, files: [kubernetesPlugin.binary] };
  if (!isCached(download)) {
    if (isCached(await cachedBuild(kubernetesPlugin))) return built(kubernetesPlugin, report);
    try {
      report(`Kubernetes plugin ${version}: trying to download it`);
      await ensureCached(download, (draft) => downloadKubernetesPlugin(pulumi, version, draft));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      report(error.message);
      return built(kubernetesPlugin, report);
    }
  }
  return join(folder, kubernetesPlugin.binary);
}

/** Path of the artifact's binary, which is built where it is not there yet. */
export async function built(artifact: GoArtifact, report: Report): Promise<string> {
  const target = await cachedBuild(artifact);
  if (!isCached(target)) {
    await withProgress(artifact.title, report, (now) =>
      ensureCached(
        target,
        (draft) => buildWithGo(artifact, draft, cacheRoot(), now),
        () => now("another process is building it, waiting"),
      ),
    );
  }
  return join(target.folder, artifact.binary);
}

/** Where a build of exactly these sources, flags and platform lies. Go's own version is left out: any that compiles them will do. */
async function cachedBuild(artifact: GoArtifact): Promise<CachedFolder> {
  const folder = join(modulesFolder, artifact.module ?? artifact.name);
  const sources: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) sources[relative(folder, file)] = await readFile(file, "utf8");
  }
  const key = cacheKey({
    ...sources,
    flags: JSON.stringify([buildFlags(artifact), goEnvironment, artifact.package]),
    platform: `${process.platform}-${process.arch}`,
  });
  return { folder: join(cacheRoot(), `${artifact.name}-${key}`), files: [artifact.binary] };
}

async function prepareDefinitions(report: Report): Promise<string> {
  const { module, version, sum, files, title } = ciliumDefinitions;
  const key = cacheKey({ module, version, sum, files: files.join() });
  const target = { folder: join(cacheRoot(), `definitions-${key}`), files: definitionFiles(ciliumDefinitions) };
  if (!isCached(target)) {
    await withProgress(title, report, (now) =>
      ensureCached(target, (draft) => {
        now("downloading");
        return fetchDefinitions(ciliumDefinitions, draft, modulesFolder);
      }),
    );
  }
  return target.folder;
}

async function sdkVersion(name: string): Promise<string> {
  const file = join(modulesFolder, "..", "node_modules", "@pulumi", name, "package.json");
  return z.object({ version: z.string() }).parse(JSON.parse(await readFile(file, "utf8"))).version;
}
