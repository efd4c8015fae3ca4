// The golden files: every registration of a stack, one a line, sorted.
import type { Recorded } from "../../src/dump/record.ts";

const optionNames = ["ignoreChanges", "replaceOnChanges", "deleteBeforeReplace", "retainOnDelete"] as const;

/** A registration in the form of a golden file; empty parts are left out. */
function entry({ type, name, parents, provider, protect, inputs, options }: Recorded): Record<string, unknown> {
  const kept = optionNames.flatMap((option) => (options[option] === undefined ? [] : [[option, options[option]]]));
  return {
    type,
    name,
    ...(parents.length > 0 ? { parents } : {}),
    ...(provider === undefined ? {} : { provider }),
    ...(protect ? { protect } : {}),
    ...(kept.length > 0 ? { options: Object.fromEntries(kept) } : {}),
    ...(Object.keys(inputs).length > 0 ? { inputs: sorted(inputs) } : {}),
  };
}

/** The order in which a program writes its keys means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [key, sorted(field)]));
}

/** Text of a golden file. */
export function goldenText(registrations: readonly Recorded[]): string {
  return `[\n${registrations.map((registration) => JSON.stringify(entry(registration))).join(",\n")}\n]\n`;
}
