// What the commands of `npm run` have in common: their options, what they print, and how they end on a mistake.
import { parseArgs, type ParseArgsConfig } from "node:util";
import { SettingsError } from "./settings.ts";
import { UsageError } from "./stack-choice.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Options that every command with a stack has. */
export const stackOptions = {
  help: { type: "boolean", short: "h" },
  settings: { type: "string" },
} as const;

/** @throws UsageError naming the option that is not known */
export function readOptions<const Known extends Options>(command: string, options: Known) {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; see npm run ${command} -- --help`);
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * Runs a command. Mistakes of people are told in their own words, anything else with its trace.
 * @param exitCode of a mistake
 * @param words for other errors that are no fault of the program; undefined for those that are
 */
export async function runCommand(
  main: () => Promise<void>,
  exitCode: number,
  words: (error: unknown) => string | undefined = () => undefined,
): Promise<void> {
  // A reader that leaves early (`| head`) is no mistake.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  try {
    await main();
  } catch (error) {
    const told = error instanceof UsageError || error instanceof SettingsError ? error.message : words(error);
    if (told === undefined) throw error;
    console.error(told);
    process.exitCode = exitCode;
  }
}
