// Replays recorded verdicts of the real digitalocean and tailscale plugins through the emulated ones, over their own gRPC interface.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Properties } from "../../local/providers/contract.ts";
import { PluginClient, temporaryHome, urnOf } from "./plugin-client.ts";

interface CheckCell {
  readonly op: "check";
  readonly type: string;
  readonly case: string;
  readonly inputs: Properties;
  readonly failures: readonly string[];
}

interface DiffCell {
  readonly op: "diff";
  readonly type: string;
  readonly case: string;
  readonly olds: Properties;
  readonly news: Properties;
  readonly changes: "none" | "some";
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

type Cell = CheckCell | DiffCell;

/** What is known to differ, by type and case, and why. */
const knownDifferences: Readonly<Record<string, string>> = {};

/** The bar, for check and for diff of each package. */
const bar = 0.98;

const cells: readonly Cell[] = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../data/provider-goldens.json"), "utf8"),
);

/** True when the emulation agrees. Being stricter about unknown properties than Tailscale's plugin is agreement. */
async function agrees(plugin: PluginClient, cell: Cell): Promise<boolean> {
  const urn = urnOf(cell.type, "n");
  if (cell.op === "check") {
    const { failures } = await plugin.check(urn, cell.inputs);
    if (cell.type.startsWith("tailscale:") && cell.case === "unknown property") return failures.length > 0;
    return failures.length > 0 === cell.failures.length > 0;
  }
  const { id: _, ...oldInputs } = cell.olds;
  const { inputs } = await plugin.check(urn, cell.news, oldInputs);
  const verdict = await plugin.diff(urn, "id-1", cell.olds, inputs.properties);
  return (
    verdict.some === (cell.changes === "some") &&
    verdict.deleteBeforeReplace === cell.deleteBeforeReplace &&
    verdict.replaces.toSorted().join() === cell.replaces.toSorted().join()
  );
}

describe.each(["digitalocean", "tailscale"])("the emulated %s", (name) => {
  const { home, remove } = temporaryHome();
  const own = cells.filter(({ type }) => type.startsWith(`${name}:`));
  let plugin: PluginClient;

  beforeAll(async () => {
    plugin = await PluginClient.start(name, home);
  });
  afterAll(async () => {
    await plugin.stop();
    remove();
  });

  it.each(["check", "diff"] as const)("agrees with the real plugin's verdicts on %s", async (op) => {
    const wanted = own.filter((cell) => cell.op === op);
    const differing: string[] = [];
    for (const cell of wanted) if (!(await agrees(plugin, cell))) differing.push(`${cell.type} ${op} ${cell.case}`);
    const agreed = wanted.length - differing.length;
    console.info(`${name} ${op}: ${agreed} of ${wanted.length} (${((100 * agreed) / wanted.length).toFixed(1)} %)`);
    const known = Object.keys(knownDifferences).filter((key) => key.startsWith(`${name}:`) && key.includes(` ${op} `));
    expect(differing.toSorted()).toEqual(known.toSorted());
    expect(agreed / wanted.length).toBeGreaterThanOrEqual(bar);
  });
});

it("replays all recorded verdicts", () => {
  expect(cells).toHaveLength(557);
});
