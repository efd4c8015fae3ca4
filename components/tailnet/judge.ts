// The judgement on a policy before it is sent: what Tailscale would refuse, which tests fail, which safety rules are broken.
import type { Problem } from "../problem.ts";
import { failedTests } from "./evaluator/policy-tests.ts";
import type { PolicyFile, PolicyProblem } from "./evaluator/policy-file.ts";
import { Reachability } from "./evaluator/reachability.ts";
import { allowsAllByOmission } from "./evaluator/rules.ts";
import { failedSshTests } from "./evaluator/ssh.ts";
import { validatePolicy } from "./evaluator/validate.ts";
import { joinPolicies, parseHandWritten, redefinitions } from "./hand-written.ts";
import { intentMatrix, type IntentMatrix } from "./intents.ts";
import { originOf } from "./origin.ts";
import { ownTailnet } from "./own-tailnet.ts";
import { tailnetPolicy, type Policy } from "./policy.ts";
import type { Judged, NamedFinding } from "./safety/finding.ts";
import { safetyFindings } from "./safety/rules.ts";
import type { TailnetSettings } from "./settings.ts";
import type { Machines } from "./targets.ts";

/** The policy of these settings, with what is written by hand. */
export function settingsPolicy(settings: TailnetSettings, machines: Machines): Policy {
  return joinPolicies(tailnetPolicy(intentMatrix(settings, machines)), parseHandWritten(settings.extraPolicy));
}

/**
 * Everything that is wrong with the policy that these settings ask for.
 * @param networks what lies behind the gateway
 */
export function judgeSettings(settings: TailnetSettings, machines: Machines, networks: Judged["networks"]): Problem[] {
  const matrix = intentMatrix(settings, machines);
  const generated = tailnetPolicy(matrix);
  const handWritten = parseHandWritten(settings.extraPolicy);
  const policy = joinPolicies(generated, handWritten);
  const origin = (path: string, source?: string): string => originOf({ path, source, generated, matrix });
  const shape = [...handWritten.problems, ...redefinitions(generated, handWritten)];
  if (shape.length > 0)
    return shape.map(({ path, message }) => ({
      path: ["tailnet.extraPolicy", path].filter(Boolean).join("."),
      message,
    }));
  const invalid = validatePolicy(policy);
  if (invalid.length > 0) return invalid.map(({ path, message }) => ({ path: origin(path), message }));
  const findings = unsafeWays(policy, matrix, networks);
  if (findings.length > 0)
    return grouped(findings).map(({ path, source, rule, message }) => ({
      path: origin(path, source),
      message: `breaks the rule ${rule}: ${message} (${path} of the policy)`,
    }));
  return failures(policy).map(({ path, message }) => ({ path: origin(path), message: `fails: ${message}` }));
}

/** Failed tests and ssh tests of a valid policy, on the devices that there may be. */
export function failures(policy: PolicyFile): PolicyProblem[] {
  const reachability = new Reachability(policy, ownTailnet(policy));
  return [...failedTests(reachability), ...failedSshTests(reachability.selectors)];
}

/** What the safety rules find in a valid policy. */
export function unsafeWays(policy: PolicyFile, matrix: IntentMatrix, networks: Judged["networks"]): NamedFinding[] {
  if (allowsAllByOmission(policy))
    return [{ rule: "has-grants", path: "grants", message: "everybody would reach everything: there are no grants" }];
  const judged = { matrix, networks, reachability: new Reachability(policy, ownTailnet(policy)) };
  return safetyFindings(judged);
}

/** One finding for each rule of the policy, with the number of its like. */
function grouped(findings: readonly NamedFinding[]): NamedFinding[] {
  const byPath = Map.groupBy(findings, ({ path }) => path.replace(/\..*/, ""));
  return [...byPath.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const more = others.filter(({ rule }) => rule === first.rule).length;
    return [{ ...first, message: more > 0 ? `${first.message}, and ${more} more such ways` : first.message }];
  });
}
