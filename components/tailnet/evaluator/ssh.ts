// Who may log in where as whom by Tailscale SSH, and the verdict on a policy's `sshTests`.
import type { PolicyProblem, SshRule, SshTest } from "./policy-file.ts";
import type { Selection, Selectors } from "./selectors.ts";

/** `check` asks for a fresh login in the browser, `accept` does not. */
type SshAction = "accept" | "check";

/** What a login is answered, by which rule. */
export interface SshAnswer {
  readonly action: SshAction;
  readonly path: string;
}

/** Every rule that lets this login in. */
export function sshAnswers(selectors: Selectors, source: string, target: string, user: string): SshAnswer[] {
  return (selectors.policy.ssh ?? []).flatMap((rule, index) => {
    const action = rule.action === "check" ? ("check" as const) : ("accept" as const);
    return matches(rule, selectors, source, target, user) ? [{ action, path: `ssh[${index}]` }] : [];
  });
}

/** The answer to a login; nothing where it is refused. Rules with a check come before those without (tailscale.com/kb/1193). */
export function sshAnswer(selectors: Selectors, source: string, target: string, user: string): SshAnswer | undefined {
  const answers = sshAnswers(selectors, source, target, user);
  return answers.find(({ action }) => action === "check") ?? answers[0];
}

function matches(rule: SshRule, selectors: Selectors, source: string, target: string, user: string): boolean {
  const owner = selectors.ownerOf(source);
  const isFrom = rule.src.some((name) => isDevice(selectors.resolve(name), source));
  const isTo = rule.dst.some((name) => {
    const selection = selectors.resolve(name);
    if (typeof selection !== "string" && selection.kind === "self")
      return owner !== undefined && owner === selectors.ownerOf(target);
    return isDevice(selection, target);
  });
  return isFrom && isTo && rule.users.some((allowed) => isUser(allowed, user, owner));
}

function isDevice(selection: Selection | string, device: string): boolean {
  return typeof selection !== "string" && "devices" in selection && selection.devices.has(device);
}

function isUser(allowed: string, user: string, owner: string | undefined): boolean {
  if (allowed === "autogroup:nonroot") return user !== "root";
  if (allowed.startsWith("localpart:*@")) return owner === `${user}@${allowed.slice("localpart:*@".length)}`;
  return allowed === user;
}

/** Each ssh test that fails or that Tailscale refuses; none where all hold. */
export function failedSshTests(selectors: Selectors): PolicyProblem[] {
  return (selectors.policy.sshTests ?? []).flatMap((test, index) => judge(test, `sshTests[${index}]`, selectors));
}

function judge(test: SshTest, path: string, selectors: Selectors): PolicyProblem[] {
  const sources = devicesOf([test.src], selectors);
  const targets = devicesOf(test.dst, selectors);
  if (sources.length === 0) return [{ path: `${path}.src`, message: `"${test.src}" has no device` }];
  // Tailscale takes an IPv4 literal and fails on an IPv6 one, as its recorded answers show.
  if (targets.length === 0 || test.dst.some((name) => name.split(":").length > 2))
    return [{ path: `${path}.dst`, message: `${test.dst.join(", ")} has no device` }];
  if (![test.accept, test.check, test.deny].some((users) => users?.length))
    return [{ path, message: "names no user to accept, check or deny" }];
  const answers = (user: string) =>
    sources.flatMap((source) => targets.map((target) => sshAnswer(selectors, source, target, user)?.action ?? "deny"));
  const check = (wanted: "accept" | "check" | "deny"): PolicyProblem[] =>
    (test[wanted] ?? []).flatMap((user, index) => {
      const other = user === "" ? "no user" : answers(user).find((answer) => answer !== wanted);
      const message = `${test.src} as "${user}" on ${test.dst.join(", ")}: ${other} instead of ${wanted}`;
      return other === undefined ? [] : [{ path: `${path}.${wanted}[${index}]`, message }];
    });
  return [...check("accept"), ...check("check"), ...check("deny")];
}

function devicesOf(names: readonly string[], selectors: Selectors): string[] {
  return names.flatMap((name) => {
    const selection = selectors.resolve(name);
    return typeof selection !== "string" && "devices" in selection ? [...selection.devices.keys()] : [];
  });
}
