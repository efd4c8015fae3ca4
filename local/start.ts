// The local cloud's command line: npm start, and npm run local -- <command>.
import { join } from "node:path";
import { parseArgs } from "node:util";
import pc from "picocolors";
import type { OperationOptions } from "./commands/operate.ts";
import { shellExports } from "./commands/env.ts";
import { LocalCloudError } from "./errors.ts";
import { localHome, projectRoot } from "./home.ts";

const help = `The stack on the local cloud: the real program, the real Pulumi engine and a real Kubernetes, no account anywhere.

  npm start                       set up, bring the stack up, show what runs
  npm run local -- up             the same
  npm run local -- preview        show what would change
  npm run local -- refresh        read every object again, so that drift becomes visible
  npm run local -- destroy        remove everything
  npm run local -- status         what the account holds and what runs
  npm run local -- outputs        the stack's outputs as JSON (--show-secrets shows the secret ones)
  npm run local -- stop           end all processes, keep all objects
  npm run local -- env            exports for a stock pulumi CLI and for clients of its stores: eval "$(npm run -s local -- env)"

  --settings FILE                 settings of the stack (default: Pulumi.local.yaml)

All state lies in ${localHome()}.`;

type Command = (options: OperationOptions, flags: { readonly showSecrets: boolean }) => Promise<void>;

// Loaded on demand: the engine's packages take a second to import, and help or env need none of them.
const commands: Record<string, Command> = {
  start: async (options) => (await import("./commands/up.ts")).up(options),
  up: async (options) => (await import("./commands/up.ts")).up(options),
  preview: async (options) => (await import("./commands/up.ts")).preview(options),
  refresh: async (options) => (await import("./commands/up.ts")).refresh(options),
  destroy: async (options) => (await import("./commands/destroy.ts")).destroy(options),
  status: async ({ home, print }) => print(await (await import("./commands/status.ts")).status(home)),
  outputs: async (options, { showSecrets }) => {
    const { readOutputs } = await import("./commands/outputs.ts");
    // Progress goes to standard error, so that the JSON can be piped.
    const quiet = { ...options, print: (line: string) => console.error(line) };
    options.print(JSON.stringify(await readOutputs(quiet, showSecrets), undefined, 2));
  },
  stop: async ({ home, print }) => (await import("./commands/stop.ts")).stop(home, print),
  env: async ({ home, print }) => print(shellExports(home)),
  help: async ({ print }) => print(help),
};

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [name = "help", ...rest] = values.help ? ["help"] : positionals;
  const command = commands[name];
  if (!command || rest.length > 0) {
    const known = Object.keys(commands).join(", ");
    throw new LocalCloudError(`unknown command "${positionals.join(" ")}"; known are ${known}`);
  }
  const options: OperationOptions = {
    home: localHome(),
    settingsFile: values.settings ?? join(projectRoot, "Pulumi.local.yaml"),
    print: (line) => console.log(line),
  };
  await command(options, { showSecrets: values["show-secrets"] ?? false });
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        settings: { type: "string" },
        "show-secrets": { type: "boolean" },
      },
    });
  } catch (error) {
    throw new LocalCloudError(`${error instanceof Error ? error.message : String(error)}; see npm run local -- help`);
  }
}

// A reader that leaves early (`| head`) ends the printing, not the work: an operation that is cut off leaves half-done objects.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  // Errors for people carry the remedy; anything else is a fault of ours, and its trace helps to find it.
  const forPeople = error instanceof LocalCloudError || error.name === "EngineError";
  console.error(pc.red(forPeople ? error.message : (error.stack ?? error.message)));
  process.exitCode = 1;
}
