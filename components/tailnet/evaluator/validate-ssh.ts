// What Tailscale refuses in ssh rules and their tests.
import type { PolicyFile, PolicyProblem, SshRule } from "./policy-file.ts";
import type { Selectors } from "./selectors.ts";

/** A week: the longest time between two checks (tailscale.com/kb/1193, 2026). */
const longestCheckHours = 168;

/** Everything that is wrong with `ssh` and `sshTests` in themselves. */
export function validateSsh({ ssh = [], sshTests = [] }: PolicyFile, selectors: Selectors): PolicyProblem[] {
  return [
    ...ssh.flatMap((rule, index) => validateRule(rule, `ssh[${index}]`, selectors)),
    ...sshTests.flatMap(({ dst }, index) =>
      dst.flatMap((name, at) => {
        const message = testTargetRefusal(name, selectors);
        return message === undefined ? [] : [{ path: `sshTests[${index}].dst[${at}]`, message }];
      }),
    ),
  ];
}

function validateRule(rule: SshRule, path: string, selectors: Selectors): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const add = (field: string, message: string): void => void problems.push({ path: `${path}.${field}`, message });
  if (rule.action !== "accept" && rule.action !== "check") add("action", `action="${rule.action}" is not supported`);
  for (const [at, user] of rule.users.entries())
    if (user === "*" || user === "") add(`users[${at}]`, `user "${user}" is not valid`);
  for (const side of ["src", "dst"] as const)
    for (const [at, name] of rule[side].entries()) {
      const found = selectors.resolve(name);
      if (typeof found === "string") add(`${side}[${at}]`, `${side}=${found} not found: "${name}"`);
      else if (name === "*") add(`${side}[${at}]`, `${side} "*" is not allowed in ssh rules`);
    }
  if (rule.checkPeriod !== undefined && rule.action !== "check") add("checkPeriod", "is for action check only");
  if (rule.checkPeriod !== undefined && !isCheckPeriod(rule.checkPeriod))
    add("checkPeriod", `"${rule.checkPeriod}" must be "always" or from 1m to ${longestCheckHours}h`);
  return problems;
}

function isCheckPeriod(text: string): boolean {
  if (text === "always") return true;
  const [, amount, unit] = /^(\d+)([mh])$/.exec(text) ?? [];
  const minutes = Number(amount ?? 0) * (unit === "h" ? 60 : 1);
  return minutes >= 1 && minutes <= longestCheckHours * 60;
}

function testTargetRefusal(name: string, selectors: Selectors): string | undefined {
  const found = selectors.resolve(name);
  if (found === "tag") return `SSH tests dst contains unknown tag "${name}"`;
  const isDisallowed =
    typeof found === "string" || !("devices" in found) || found.kind === "everything" || name.includes("/");
  return isDisallowed ? `SSH tests dst contains disallowed element "${name}"` : undefined;
}
