// Runs Prometheus' own checker on rules: whether they are valid, and which alerts fire on given series.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { prepareAlertTools } from "../../tools/engine.ts";
import { run } from "../../tools/run.ts";

/** Values by series, in promtool's notation, one each minute: `0+2x60` begins at 0 and adds 2 sixty times. */
export type Series = Readonly<Record<string, string>>;

interface Answer {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs promtool in a folder of its own with the given files; arguments name the files. */
export async function promtool(files: Readonly<Record<string, string>>, ...args: string[]): Promise<Answer> {
  return inFolder((await prepareAlertTools()).promtool, files, args);
}

/** The same with Alertmanager's tool. */
export async function amtool(files: Readonly<Record<string, string>>, ...args: string[]): Promise<Answer> {
  return inFolder((await prepareAlertTools()).amtool, files, args);
}

async function inFolder(program: string, files: Readonly<Record<string, string>>, args: string[]): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), "promtool-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { code, output } = await run(program, args, { cwd: folder });
    return { ok: code === 0, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers whether exactly these alerts fire at that minute; an alert is `Name`, or `Name{label="value"}` in the order of `by`. */
export function firesExactly(
  rules: string,
  { series, minute, alerts, by = ["severity"], only = ".+" }: FiringTest,
): Promise<Answer> {
  const labels = ["alertname", ...by].join(", ");
  const test = {
    rule_files: ["rules.yml"],
    evaluation_interval: "1m",
    tests: [
      {
        interval: "1m",
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            expr: `group by (${labels}) (ALERTS{alertname=~"${only}",alertstate="firing"})`,
            eval_time: `${minute}m`,
            exp_samples: alerts.map((labelled) => ({ labels: `{${labelled}}`, value: 1 })),
          },
        ],
      },
    ],
  };
  return promtool({ "rules.yml": rules, "test.yml": stringify(test) }, "test", "rules", "test.yml");
}

interface FiringTest {
  readonly series: Series;
  /** When to look. */
  readonly minute: number;
  /** For example `alertname="WebBusy", severity="ticket"`. */
  readonly alerts: readonly string[];
  /** Labels that are compared besides the name. */
  readonly by?: readonly string[];
  /** The only alert that is looked at. @default - all of them */
  readonly only?: string;
}
