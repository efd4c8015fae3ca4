// The message that refuses to destroy data: what would be lost, why, and how to do it on purpose.
import { lossOf } from "./losses.ts";
import type { Destruction } from "./destruction.ts";

/**
 * @param found what would be destroyed, not empty
 * @param unprotect names that the setting holds already; the commands add to them
 */
export function refusal(found: readonly Destruction[], unprotect: readonly string[]): string {
  const resources = found.length === 1 ? "1 resource" : `${found.length} resources`;
  return [
    `this would destroy ${resources} that no later run can bring back; nothing was changed`,
    ...found.flatMap(lines),
    "Set the settings back. Or, if you mean it, make a backup and allow it for one run:",
    ...commands(found, unprotect).map((command) => `  ${command}`),
  ].join("\n");
}

function lines({ existing, kind, changes }: Destruction): string[] {
  const because = kind === "deleted" ? ": the settings no longer ask for it" : `: ${changes.join("; ")}`;
  return [
    `  ${existing.name} (${existing.type}) would be ${kind}${because}`,
    `    lost: ${lossOf(existing.type, existing.name, existing.outputs)}`,
  ];
}

function commands(found: readonly Destruction[], unprotect: readonly string[]): string[] {
  return [
    ...found.map(
      ({ existing }, index) =>
        `pulumi config set --path 'mastodon:unprotect[${unprotect.length + index}]' ${existing.name}`,
    ),
    // The program can take the protection off what it declares, but what it no longer declares is out of its reach.
    ...found
      .filter(({ kind }) => kind === "deleted")
      .map(({ existing }) => `pulumi state unprotect --yes '${existing.urn}'`),
    "pulumi up",
    "pulumi config rm mastodon:unprotect",
  ];
}
