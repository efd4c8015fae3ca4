// Opens the local stack: the operator's own settings file and program, the real Pulumi engine, the account in the local home.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import { prepareControlPlane, prepareEngine, versitygwProgram } from "../../tools/engine.ts";
import { storePrograms } from "../../tools/store-programs.ts";
import { projectRoot } from "../home.ts";
import { switchedOff } from "../stores/marks.ts";
import { engineEnvironment } from "./environment.ts";
import { layOutEngine } from "./layout.ts";
import { freeStaleLocks } from "./locks.ts";

/** The stack's name in the local backend; it is also the middle of `Pulumi.local.yaml`. */
const stackName = "local";

export interface LocalStackOptions {
  /** Folder of all local state. */
  readonly home: string;
  /** Settings file of the stack. */
  readonly settingsFile: string;
  /** The program that declares the stack. @default the very program that `pulumi up` runs in production */
  readonly program?: PulumiFn;
  /** Takes progress of preparing the engine. */
  readonly report?: (line: string) => void;
}

/**
 * Prepares the engine when needed and returns the stack, made at first use.
 * The CLI works on a copy of the settings, so that it never rewrites the operator's files.
 */
export async function openLocalStack(options: LocalStackOptions): Promise<Stack> {
  const progress = options.report ? { report: options.report } : {};
  // Both before the engine runs: a build inside an operation could neither show its progress nor be cancelled in a moment.
  const [engine] = await Promise.all([
    prepareEngine(progress),
    prepareControlPlane(progress),
    prepareStores(options.report),
  ]);
  const root = layOutEngine(options.home, engine);
  const workDir = copySettings(options);
  const environment = engineEnvironment(options.home);
  // The inline program speaks gRPC from this very process.
  process.env["no_grpc_proxy"] = environment["no_grpc_proxy"];
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, projectName: "mastodon", program: options.program ?? productionProgram },
    {
      workDir,
      envVars: environment,
      pulumiHome: environment["PULUMI_HOME"] ?? options.home,
      secretsProvider: "passphrase",
      // The CLI is older than the SDK where it has to be built; the two are tested together (tools/README.md).
      pulumiCommand: await PulumiCommand.get({ root, skipVersionCheck: true }),
    },
  );
  await freeStaleLocks(options.home, stack);
  return stack;
}

/** The programs behind buckets and databases. Without them these stay emulated, and every one of them remembers why. */
async function prepareStores(report: (line: string) => void = () => undefined): Promise<void> {
  if (switchedOff() !== undefined) return;
  const { missing } = await storePrograms({ report });
  for (const [name, reason] of Object.entries(missing)) report(`${name} is not here: ${reason}`);
  try {
    await versitygwProgram({ report });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "EngineError") throw error;
    report(`Buckets stay emulated: ${error.message}`);
  }
}

/** Loaded only when the engine asks for it: its packages take a second to import. */
async function productionProgram(): Promise<Record<string, unknown>> {
  const { program } = await import("../../src/program.ts");
  return program();
}

function copySettings(options: LocalStackOptions): string {
  const workDir = join(options.home, "work");
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  // The program is given inline, and the engine refuses an entry point that it cannot find beside the settings.
  const { main: _, ...project } = readYaml(join(projectRoot, "Pulumi.yaml"));
  writeFileSync(join(workDir, "Pulumi.yaml"), stringify(project));
  const copy = join(workDir, `Pulumi.${stackName}.yaml`);
  const settings = readYaml(options.settingsFile);
  // A settings file without a salt gets one from the CLI, and later runs need the same one to read the state's secrets.
  const salt = settings["encryptionsalt"] ?? previousSalt(copy);
  writeFileSync(copy, stringify(salt === undefined ? settings : { ...settings, encryptionsalt: salt }));
  return workDir;
}

function previousSalt(copy: string): unknown {
  try {
    return readYaml(copy)["encryptionsalt"];
  } catch {
    return undefined;
  }
}

function readYaml(file: string): Record<string, unknown> {
  const fields: Record<string, unknown> = parse(readFileSync(file, "utf8"));
  return fields;
}
