// A stack of the local cloud in the place of the operator's `pulumi`: settings and state through the real program, updates through the Automation API.
import { execFile } from "node:child_process";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { engineEnvironment } from "../../../local/engine/environment.ts";
import { openLocalStack } from "../../../local/engine/stack.ts";
import { projectRoot } from "../../../local/home.ts";
import { type Pulumi, settingIn } from "../../../src/restore/pulumi.ts";

export interface LocalPulumi extends Pulumi {
  /** What each update did, other than leave as it was: `create kubernetes-cluster`. */
  readonly steps: string[][];
  readonly refresh: () => Promise<unknown>;
  /** The secret ones too. */
  readonly allOutputs: () => Promise<unknown>;
}

const path = (setting: string): string[] => ["--path", `mastodon:${setting}`];

/** @param settingsFile is changed by settings; its passphrase is the local cloud's */
export function localPulumi(home: string, settingsFile: string): LocalPulumi {
  const steps: string[][] = [];
  const config = ["--stack", "local", "--config-file", settingsFile];
  const cli = (args: readonly string[], input?: string) => runCli(home, args, input);
  const open = () => openLocalStack({ home, settingsFile });
  const outputs = async () => Object.entries(await (await open()).outputs());
  return {
    steps,
    exportState: () => cli(["stack", "export", "--stack", "local"]),
    importState: async (text) => void (await cli(["stack", "import", "--stack", "local"], text)),
    outputs: async () =>
      Object.fromEntries((await outputs()).filter(([, one]) => !one.secret).map(([name, { value }]) => [name, value])),
    secretOutput: async (name) => String((await outputs()).find(([key]) => key === name)?.[1].value),
    setting: async (setting) =>
      settingIn(JSON.parse(await cli(["config", "--json", "--show-secrets", ...config])), setting),
    setSetting: async (setting, value, secret = false) =>
      void (await cli(["config", "set", secret ? "--secret" : "--plaintext", ...config, ...path(setting)], value)),
    removeSetting: async (setting) => void (await cli(["config", "rm", ...config, ...path(setting)])),
    up: async (exclude) => {
      const done: string[] = [];
      const onEvent = ({ resOutputsEvent }: EngineEvent): void => {
        const { op, urn } = resOutputsEvent?.metadata ?? { op: "same", urn: "" };
        if (op !== "same") done.push(`${op} ${urn.split("::").at(-1) ?? ""}`);
      };
      await (await open()).up({ onEvent, exclude: [...exclude], excludeDependents: exclude.length > 0 });
      steps.push(done);
    },
    allOutputs: async () => Object.fromEntries((await outputs()).map(([name, { value }]) => [name, value])),
    refresh: async () => (await open()).refresh(),
  };
}

function runCli(home: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile(
      join(home, "engine", "bin", "pulumi"),
      [...args],
      { cwd: projectRoot, env: { ...process.env, ...engineEnvironment(home) }, maxBuffer: 256 * 1024 ** 2 },
      (error, text, errors) => (error ? fail(new Error(`${args.join(" ")}: ${errors}`)) : done(text)),
    );
    child.stdin?.end(input ?? "");
  });
}
