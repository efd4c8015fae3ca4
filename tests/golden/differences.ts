// What differs between two recordings of the program, one line for each registration that came or went and for each changed input.
import { isRecord } from "../../src/plain.ts";
import type { Recorded } from "../../src/dump/record.ts";
import { goldenText } from "./golden.ts";

/** `- ` gone, `+ ` come, `~ ` changed: each once, in the order of golden files. */
export function differences(before: readonly Recorded[], after: readonly Recorded[]): string[] {
  const [old, now] = [entries(before), entries(after)];
  const gone = [...old].filter(([key]) => !now.has(key)).map(([, line]) => `- ${line}`);
  const come = [...now].filter(([key]) => !old.has(key)).map(([, line]) => `+ ${line}`);
  const kept = [...now].flatMap(([key, line]) =>
    changes(old.get(key) ?? line, line).map((text) => `~ ${key}: ${text}`),
  );
  return [...gone, ...come, ...kept];
}

/** Lines of a golden file by type and name. */
function entries(registrations: readonly Recorded[]): Map<string, string> {
  return new Map(registrations.map((one) => [`${one.type} ${one.name}`, goldenText([one]).split("\n")[1] ?? ""]));
}

function changes(before: string, after: string): string[] {
  const [old, now] = [leaves(JSON.parse(before)), leaves(JSON.parse(after))];
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  return paths
    .filter((path) => old.get(path) !== now.get(path))
    .map((path) =>
      // A fingerprint follows from what it covers, which is shown itself.
      path.includes("checksum/") ? path : `${path}: ${old.get(path) ?? "nothing"} → ${now.get(path) ?? "nothing"}`,
    );
}

/** Everything that is not itself made of parts, by its path. */
function leaves(value: unknown, path = ""): Map<string, string> {
  const parts = Array.isArray(value) || isRecord(value) ? Object.entries(value) : [];
  if (parts.length === 0) return new Map([[path, JSON.stringify(value)]]);
  return new Map(parts.flatMap(([key, part]) => [...leaves(part, path === "" ? key : `${path}.${key}`)]));
}
