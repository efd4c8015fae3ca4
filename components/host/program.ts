// Programs of hosts that the stack brings into service but did not make: their shell texts, put together, and what configures them.
import { readFileSync } from "node:fs";
import { textBeside } from "../text-beside.ts";

const library = textBeside(import.meta.url, "library.sh");

const place = "# INSERT components/host/library.sh\n";

/** The program's text with the library in its place, so that a host gets one file. @param file POSIX shell */
export function hostProgramOf(file: URL): string {
  const [before, after, ...more] = readFileSync(file, "utf8").split(place);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file.pathname} must say once: ${place.trim()}`);
  return before + library + after;
}

/**
 * Assignments that a shell reads, and systemd as an environment file.
 * @throws Error naming the variable whose value no single quotation marks can hold; the value may be a secret
 */
export function shellVariables(variables: Readonly<Record<string, string>>): string {
  const broken = Object.keys(variables).find((name) => /['\\\r\n]/.test(variables[name] ?? ""));
  if (broken !== undefined) throw new Error(`${broken} of a host holds a quotation mark, a backslash or a line break`);
  return lines(Object.entries(variables).map(([name, value]) => `${name}='${value}'`));
}

/** Each text as a line. */
export function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
