import { describe, expect, it } from "vitest";
import type { PolicyFile } from "../../components/tailnet/evaluator/policy-file.ts";
import { Reachability } from "../../components/tailnet/evaluator/reachability.ts";
import { sshAnswers } from "../../components/tailnet/evaluator/ssh.ts";
import { validatePolicy } from "../../components/tailnet/evaluator/validate.ts";
import { intentMatrix } from "../../components/tailnet/intents.ts";
import { failures, unsafeWays } from "../../components/tailnet/judge.ts";
import { ownTailnet } from "../../components/tailnet/own-tailnet.ts";
import { tailnetPolicy } from "../../components/tailnet/policy.ts";
import { tailnetSettingsSchema } from "../../components/tailnet/settings.ts";
import { mutantsOf, type Mutant } from "../support/policy-mutants.ts";

const settings = tailnetSettingsSchema.parse({
  operators: ["bea@social.example", "al@social.example"],
  moderators: ["mo@social.example"],
  observers: ["cy@social.example"],
});
const matrix = intentMatrix(settings, {
  workers: ["queue-1", "queue-2"],
  valkeyCache: true,
  kansasCity: true,
  backupMetrics: true,
});
const policy = tailnetPolicy(matrix);
const networks = [{ path: "network.ipRange", range: "10.116.0.0/20" }];

const once = (list: readonly unknown[]): string[] => [...new Set(list.map((one) => JSON.stringify(one)))].toSorted();

/** What the policy does, whatever it looks like: every way, capability and login between two devices, and what else it says. */
function effectOf(judged: PolicyFile): string {
  const { grants: _, groups: __, ssh: ___, tests: ____, sshTests: _____, ...rest } = judged;
  const reachability = new Reachability(judged, ownTailnet(judged));
  // Devices of one policy only: a person whom only the other one names reaches nothing here.
  const devices = Object.keys(reachability.selectors.topology.nodes);
  const ways = devices.flatMap((source) =>
    devices.map((target) => {
      const login = (user: string) =>
        sshAnswers(reachability.selectors, source, target, user).map(({ action }) => [user, action]);
      const traffic = once(reachability.openings(source, target).flatMap((opening) => opening.traffic));
      const given = once(reachability.capabilities(source, target).map(({ name, values }) => [name, values]));
      return [source, target, ...traffic, ...given, ...once(["root", "someone"].flatMap(login))];
    }),
  );
  return JSON.stringify([ways.filter(({ length }) => length > 2), rest]);
}

type Verdict = "by tests" | "by rules" | "without effect" | "survived";

/** Who catches the mutant. A way that is open already, by another grant, is no hole: such a mutant changes nothing. */
function verdictOn({ policy: mutant }: Mutant, effect: string): Verdict {
  if (validatePolicy(mutant).length > 0 || failures(mutant).length > 0) return "by tests";
  if (unsafeWays(mutant, matrix, networks).length > 0) return "by rules";
  return effectOf(mutant) === effect ? "without effect" : "survived";
}

describe("mistakes in the policy", () => {
  it("are none in the policy itself", () => {
    expect(validatePolicy(policy)).toEqual([]);
    expect(failures(policy)).toEqual([]);
    expect(unsafeWays(policy, matrix, networks)).toEqual([]);
  });

  it("are caught before the policy is sent: at least 95 in 100", { timeout: 120_000 }, () => {
    const effect = effectOf(policy);
    const verdicts = Map.groupBy(mutantsOf(policy), (mutant) => verdictOn(mutant, effect));
    const count = (...kinds: Verdict[]): number =>
      kinds.reduce((sum, kind) => sum + (verdicts.get(kind)?.length ?? 0), 0);
    const all = count("by tests", "by rules", "survived");
    const share = (caught: number): string => `${caught} of ${all} (${((100 * caught) / all).toFixed(1)} %)`;
    const survivors = (verdicts.get("survived") ?? []).map(({ name }) => name);
    console.log(
      `mutants caught: ${share(all - survivors.length)}; by Tailscale's own tests: ${share(count("by tests"))}`,
    );
    console.log(`without effect, so not counted: ${count("without effect")}`);
    console.log(`survivors: ${survivors.join("; ") || "none"}`);
    expect(all).toBeGreaterThan(500);
    expect(survivors.length).toBeLessThanOrEqual(all * 0.05);
    // With these a person could log in, checked, on a device of their own, which is none of this stack's.
    expect(survivors).toEqual(["ssh[0] dst + autogroup:self", "ssh[1] dst + autogroup:self"]);
  });
});
