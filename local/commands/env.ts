// Prints shell exports that let a stock `pulumi` CLI work on the local cloud: eval "$(npm run -s local -- env)".
import { engineEnvironment } from "../engine/environment.ts";
import { shellQuote } from "../shell-quote.ts";

/** One `export NAME='value'` a line. */
export function shellExports(home: string): string {
  return Object.entries(engineEnvironment(home))
    .map(([name, value]) => `export ${name}=${shellQuote(value)}`)
    .join("\n");
}
