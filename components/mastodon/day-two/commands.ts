// What may be given to tootctl by the settings: their text and the job's log can be read by many.

const form = /^[a-z][a-z_-]*( [\w@.:/=,+-]+)*$/;

/** Commands that must not be run by a file of settings, with the reason. */
const refused: readonly (readonly [RegExp, string])[] = [
  [
    /^accounts create\b|--reset[-_]password\b/,
    "prints a password into the log; use dayTwo.admin, or the web interface",
  ],
  [/^self[-_]destruct\b/, "ends the server for ever; run it by hand"],
  [/^search deploy\b/, "is what dayTwo.searchIndex does"],
];

/** What is wrong with the words behind `tootctl`, or nothing. */
export function commandProblem(run: string): string | undefined {
  if (run.startsWith("tootctl ")) return "must be what stands behind tootctl, without that word";
  if (!form.test(run))
    return "must be a tootctl command with single spaces and no quotation marks, for example feeds build --concurrency 2";
  const reason = refused.find(([command]) => command.test(run))?.[1];
  return reason === undefined ? undefined : `is not run from here: it ${reason}`;
}
