// The command `npm run simulate -- <stack>`: how long jobs wait with a stack's settings, on a day of many jobs and after an outage.
import { print, readOptions, runCommand, stackOptions } from "../command-line.ts";
import { withDummySecrets } from "../dump/dummy-secrets.ts";
import { parseSettings } from "../settings.ts";
import { chooseStack, UsageError } from "../stack-choice.ts";
import { assumptions, assumptionsFor } from "./assumptions.ts";
import { simulationFigures, simulationText, verdicts } from "./report.ts";

const help = `Replays a day of jobs, and the hours after an outage, through the settings of a stack, and prints how long jobs wait.

  npm run -s simulate -- <stack>              the stack whose settings are in Pulumi.<stack>.yaml
  npm run -s simulate -- --settings FILE      the stack with the settings in FILE

  --jobs N            jobs a day (${assumptions.jobsPerDay}); bursts grow with them
  --outage-hours N    hours in which nothing is worked off while jobs go on coming (2)
  --outage-at HOUR    hour of the day at which that begins (16, so that it ends at the busiest)
  --seed N            of chance; the same seed gives the same result (1)
  --json              figures instead of tables

What no setting tells, such as the seconds that a job takes, stands with its sources in src/simulation/assumptions.json. Nothing is started,
asked or changed. It ends with 1 where a job waits longer than 2 minutes on the ordinary day, or catching up takes longer than an hour.`;

function readArguments() {
  return readOptions("simulate", {
    ...stackOptions,
    jobs: { type: "string" },
    "outage-hours": { type: "string" },
    "outage-at": { type: "string" },
    seed: { type: "string" },
    json: { type: "boolean" },
  });
}

/** A number of the command line between two bounds. */
function numberOf(option: string, given: string | undefined, usual: number, [least, most]: readonly [number, number]) {
  if (given === undefined) return usual;
  const value = Number(given);
  if (given.trim() !== "" && value >= least && value <= most) return value;
  throw new UsageError(`--${option} ${given}: must be a number from ${least} to ${most}, for example ${usual}`);
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return print(help);
  const options = {
    assumptions: assumptionsFor(numberOf("jobs", values.jobs, assumptions.jobsPerDay, [1, 100_000_000])),
    outageHours: numberOf("outage-hours", values["outage-hours"], 2, [0, 48]),
    outageAt: numberOf("outage-at", values["outage-at"], 16, [0, 23]),
    seed: numberOf("seed", values.seed, 1, [0, 2 ** 31]),
  };
  const { raw } = chooseStack(positionals, values.settings);
  const figures = simulationFigures(parseSettings(await withDummySecrets(raw)), options);
  print(values.json ? JSON.stringify(figures, undefined, 2) : simulationText(figures, options));
  if (verdicts(figures).some(({ holds }) => !holds)) process.exitCode = 1;
}

await runCommand(main, 2);
