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
  kansasCity: true,
});
const matrix = intentMatrix(settings, { workers: ["queue-1", "queue-2"], valkeyCache: true });
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

const isRefused = ({ policy: mutant }: Mutant): boolean => validatePolicy(mutant).length > 0;
const failsTests = (mutant: Mutant): boolean => isRefused(mutant) || failures(mutant.policy).length > 0;
const isCaught = (mutant: Mutant): boolean =>
  isRefused(mutant) || unsafeWays(mutant.policy, matrix, networks).length > 0 || failsTests(mutant);

describe("mistakes in the policy", () => {
  it("are none in the policy itself", () => {
    expect(validatePolicy(policy)).toEqual([]);
    expect(failures(policy)).toEqual([]);
    expect(unsafeWays(policy, matrix, networks)).toEqual([]);
  });

  it("are caught before the policy is sent: at least 95 in 100", { timeout: 120_000 }, () => {
    const all = mutantsOf(policy);
    const effect = effectOf(policy);
    // A way that is open already, by another grant, is no hole: such a mutant changes nothing.
    const mutants = all.filter((mutant) => isRefused(mutant) || effectOf(mutant.policy) !== effect);
    const survivors = mutants.filter((mutant) => !isCaught(mutant)).map(({ name }) => name);
    const byTests = mutants.filter(failsTests).length;
    const share = (count: number): string =>
      `${count} of ${mutants.length} (${((100 * count) / mutants.length).toFixed(1)} %)`;
    console.log(
      `mutants caught: ${share(mutants.length - survivors.length)}; by Tailscale's own tests: ${share(byTests)}`,
    );
    console.log(`without effect, so not counted: ${all.length - mutants.length}`);
    console.log(`survivors: ${survivors.join("; ") || "none"}`);
    expect(mutants.length).toBeGreaterThan(500);
    expect(survivors.length).toBeLessThanOrEqual(mutants.length * 0.05);
    // With these a person could log in, checked, on a device of their own, which is none of this stack's.
    expect(survivors).toEqual(["ssh[0] dst + autogroup:self", "ssh[1] dst + autogroup:self"]);
  });
});
