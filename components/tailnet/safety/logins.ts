// Safety rules about Tailscale SSH: over every pair of devices and every kind of user name.
import type { SshRule } from "../evaluator/policy-file.ts";
import { sshAnswers } from "../evaluator/ssh.ts";
import { intendedTargets } from "../intents.ts";
import { devicesOf, rolesOf, type Finding, type Judged, type SafetyRule } from "./finding.ts";

/** Hours after which Tailscale asks again where a rule says nothing (tailscale.com/kb/1193, 2026); longer is not allowed here. */
const longestCheckHours = 12;

/** A name that only `autogroup:nonroot` and its like can mean. */
const someone = "someone";

interface Login {
  readonly source: string;
  readonly target: string;
  readonly user: string;
  readonly action: "accept" | "check";
  readonly path: string;
  readonly rule: SshRule;
}

/** Every login that any ssh rule opens. */
function* logins(judged: Judged): Generator<Login> {
  const { selectors } = judged.reachability;
  const rules = selectors.policy.ssh ?? [];
  const literal = rules.flatMap(({ users }) => users).filter((user) => !user.includes(":"));
  const devices = devicesOf(judged);
  for (const source of devices)
    for (const target of devices)
      for (const user of new Set(["root", someone, source.split("@")[0] ?? someone, ...literal]))
        for (const { action, path } of sshAnswers(selectors, source, target, user)) {
          const rule = rules[Number(path.slice("ssh[".length, -1))];
          if (rule) yield { source, target, user, action, path, rule };
        }
}

/** Every login asks for a fresh one in the browser: a stolen laptop is not enough. Machines cannot answer, so they have none. */
export const loginsAreChecked: SafetyRule = (judged) =>
  [...logins(judged)].flatMap((login) => {
    const problem = uncheckedBecause(login, judged);
    return problem === undefined ? [] : [finding(login, problem)];
  });

function uncheckedBecause({ action, rule, source }: Login, { reachability }: Judged): string | undefined {
  if (action === "accept") return 'without being asked; write "action": "check"';
  if (reachability.selectors.ownerOf(source) === undefined) return "though a machine cannot be asked";
  const [, amount, unit] = /^(\d+)([mh])$/.exec(rule.checkPeriod ?? "") ?? [];
  const hours = Number(amount ?? 0) / (unit === "m" ? 60 : 1);
  return hours > longestCheckHours
    ? `and be asked again after ${hours} hours only; at most ${longestCheckHours}h`
    : undefined;
}

/** People log in on our machines where the matrix says so, and never as root. */
export const onlyIntendedLogins: SafetyRule = (judged) => {
  const { matrix } = judged;
  return [...logins(judged)]
    .filter(({ target }) => matrix.tags.includes(target))
    .flatMap((login) => {
      if (login.user === "root") return [finding(login, "which nobody may")];
      const roles = rolesOf(login.source, matrix).flatMap((role) => intendedTargets(role, matrix));
      const open = roles.filter((target) => target.login).flatMap(({ places }) => places);
      const isOpen = open.some(({ tag }) => tag === login.target);
      return isOpen ? [] : [finding(login, "which tailnet.access does not say")];
    });
};

function finding({ source, target, user, path }: Login, problem: string): Finding {
  return { path, source, message: `${source} would log in on ${target} as ${user}, ${problem}` };
}
