// The operator's own `pulumi` as this program calls it: what it prints, or shown as it runs.
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { z } from "zod";
import { UsageError } from "../stack-choice.ts";

const root = resolve(import.meta.dirname, "..", "..");

/** What a restore asks of the engine. Tests put another one in its place. */
export interface Pulumi {
  /** The deployment with its secrets encrypted, as JSON text. */
  readonly exportState: () => Promise<string>;
  readonly importState: (text: string) => Promise<void>;
  /** All outputs of the last update but the secret ones. */
  readonly outputs: () => Promise<unknown>;
  readonly secretOutput: (name: string) => Promise<string>;
  /** A setting in the clear; nothing where it is not given. */
  readonly setting: (path: string) => Promise<string | undefined>;
  readonly setSetting: (path: string, value: string, secret?: boolean) => Promise<void>;
  readonly removeSetting: (path: string) => Promise<void>;
  /** @param exclude patterns of URNs that stay as they are, with everything that depends on them */
  readonly up: (exclude: readonly string[]) => Promise<void>;
}

const path = (setting: string): string[] => ["--path", `mastodon:${setting}`];

/** @param stack its name in the backend @param settingsFile when it is not `Pulumi.<stack>.yaml` */
export function pulumiCli(stack: string, settingsFile?: string): Pulumi {
  const own = ["--stack", stack];
  const config = [...own, ...(settingsFile === undefined ? [] : ["--config-file", resolve(settingsFile)])];
  return {
    exportState: () => run(["stack", "export", ...own]),
    importState: async (text) => void (await run(["stack", "import", ...own], text)),
    outputs: async () =>
      z.record(z.string(), z.unknown()).parse(JSON.parse(await run(["stack", "output", "--json", ...own]))),
    secretOutput: (name) => run(["stack", "output", "--show-secrets", name, ...own]),
    setting: async (setting) => {
      const all = await run(["config", "--json", "--show-secrets", ...config]);
      return settingIn(JSON.parse(all), setting);
    },
    setSetting: async (setting, value, secret = false) =>
      void (await run(["config", "set", secret ? "--secret" : "--plaintext", ...config, ...path(setting)], value)),
    removeSetting: async (setting) => void (await run(["config", "rm", ...config, ...path(setting)])),
    up: async (exclude) => {
      const without = exclude.flatMap((pattern) => ["--exclude", pattern]);
      const more = without.length > 0 ? ["--exclude-dependents"] : [];
      await run(["up", "--yes", "--skip-preview", ...without, ...more, ...config], undefined, true);
    },
  };
}

const configSchema = z.record(
  z.string(),
  z.looseObject({ value: z.string().optional(), objectValue: z.unknown().optional() }),
);

/** One text out of what `pulumi config --json` prints. */
export function settingIn(printed: unknown, path: string): string | undefined {
  const [subject = "", ...rest] = path.split(".");
  const entry = configSchema.parse(printed)[`mastodon:${subject}`];
  let value: unknown = entry?.objectValue ?? entry?.value;
  for (const key of rest) value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof value === "string" ? value : undefined;
}

/** @param shown whether the person sees what it prints, instead of this program */
function run(args: readonly string[], input?: string, shown = false): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn("pulumi", [...args], {
      cwd: root,
      stdio: [input === undefined ? "ignore" : "pipe", shown ? "inherit" : "pipe", shown ? "inherit" : "pipe"],
    });
    let [text, errors] = ["", ""];
    child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.stdin?.end(input);
    child.once("error", (error: NodeJS.ErrnoException) =>
      fail(
        error.code === "ENOENT"
          ? new UsageError(
              "there is no `pulumi` on the PATH; install it (docs/state.md), and log in to the state's backend",
            )
          : error,
      ),
    );
    child.once("close", (code) => {
      if (code === 0) done(text);
      else fail(new UsageError(`pulumi ${args.slice(0, 2).join(" ")} ended with ${code}\n${errors.trim()}`.trim()));
    });
  });
}
