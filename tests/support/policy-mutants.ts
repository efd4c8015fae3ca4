// Every single mistake in a policy that would change who may do what: each part widened, dropped or pointed elsewhere.
import type { Grant, PolicyFile, SshRule } from "../../components/tailnet/evaluator/policy-file.ts";
import { kubernetesCapability, type Policy } from "../../components/tailnet/policy.ts";

export interface Mutant {
  /** For example `grants[2].src + tag:ci`. */
  readonly name: string;
  readonly policy: PolicyFile;
}

const outsider = "mallory@elsewhere.example";
const broadSources = ["*", "autogroup:member", "autogroup:tagged", "autogroup:admin", outsider];

/** All mutants of the policy; its tests stay as they are. */
export function mutantsOf(policy: Policy): Mutant[] {
  const selectors = [...Object.keys(policy.groups), ...Object.keys(policy.tagOwners)];
  const grants = policy.grants.flatMap((grant, at) =>
    grantMutants(grant, policy, selectors).map(([name, changed]) => ({
      name: `grants[${at}] ${name}`,
      policy: { ...policy, grants: replaced(policy.grants, at, changed) },
    })),
  );
  const logins = policy.ssh.flatMap((rule, at) =>
    sshMutants(rule, selectors).map(([name, changed]) => ({
      name: `ssh[${at}] ${name}`,
      policy: { ...policy, ssh: replaced(policy.ssh, at, changed) },
    })),
  );
  return [...grants, ...logins, ...otherMutants(policy)];
}

/** With one element exchanged, or without it. */
function replaced<Item>(items: readonly Item[], at: number, item: Item | undefined): Item[] {
  return items.flatMap((one, index) => (index !== at ? [one] : item === undefined ? [] : [item]));
}

type Changed<Item> = [name: string, item: Item | undefined];

function grantMutants(grant: Grant, policy: Policy, selectors: readonly string[]): Changed<Grant>[] {
  const ports = [...new Set([...policy.grants.flatMap(({ ip = [] }) => ip), "tcp:22", "tcp:5432", "tcp:8080"])];
  const [own = ""] = grant.ip ?? [];
  const port = Number(own.split(":")[1]);
  const widerPorts = ["*", "tcp:*", "tcp:1-65535", `tcp:${port}-${port + 1}`, `${port}`];
  return [
    ["dropped", undefined],
    ...namesMutants(grant, "src", [...broadSources, ...selectors]),
    ...namesMutants(grant, "dst", ["*", "autogroup:tagged", ...selectors.filter((name) => name.startsWith("tag:"))]),
    ...[...widerPorts, ...ports, `udp:${port}`]
      .filter((ip) => ip !== own)
      .flatMap((ip): Changed<Grant>[] => [
        [`ip + ${ip}`, { ...grant, ip: [own, ip] }],
        [`ip = ${ip}`, { ...grant, ip: [ip] }],
      ]),
    ...capabilityMutants(grant),
  ];
}

/** One name more, and one in the place of each. */
function namesMutants<Rule extends Grant | SshRule>(
  rule: Rule,
  side: "src" | "dst",
  names: readonly string[],
): Changed<Rule>[] {
  return names
    .filter((name) => !rule[side].includes(name))
    .flatMap((name): Changed<Rule>[] => [
      [`${side} + ${name}`, { ...rule, [side]: [...rule[side], name] }],
      ...rule[side].map((old, at): Changed<Rule> => [
        `${side} ${old} = ${name}`,
        { ...rule, [side]: replaced(rule[side], at, name) },
      ]),
    ]);
}

const acting = (...groups: string[]) => ({ [kubernetesCapability]: [{ impersonate: { groups } }] });

function capabilityMutants(grant: Grant): Changed<Grant>[] {
  const own = JSON.stringify(grant.app ?? {});
  const groups = ["system:masters", "tailnet:operators", "tailnet:ci", "tailnet:workers"].filter(
    (group) => !own.includes(group),
  );
  const current = /tailnet:\w+/.exec(own)?.[0];
  return [
    ...groups.map((group): Changed<Grant> => [`app = ${group}`, { ...grant, app: acting(group) }]),
    ["app + drive", { ...grant, app: { ...grant.app, "tailscale.com/cap/drive": [{ shares: ["*"], access: "rw" }] } }],
    ...(current === undefined
      ? []
      : [
          ...groups.map((group): Changed<Grant> => [`app + ${group}`, { ...grant, app: acting(current, group) }]),
          ["app dropped", { src: grant.src, dst: grant.dst, ip: grant.ip }] satisfies Changed<Grant>,
          ["ip dropped", { src: grant.src, dst: grant.dst, app: grant.app }] satisfies Changed<Grant>,
        ]),
  ];
}

function sshMutants(rule: SshRule, selectors: readonly string[]): Changed<SshRule>[] {
  const { src, dst, users } = rule;
  return [
    ["dropped", undefined],
    ["action = accept", { action: "accept", src, dst, users }],
    ...["24h", "168h", "1000h"].map((checkPeriod): Changed<SshRule> => [
      `checkPeriod = ${checkPeriod}`,
      { ...rule, checkPeriod },
    ]),
    ...["root", "*"].map((user): Changed<SshRule> => [`users + ${user}`, { ...rule, users: [...users, user] }]),
    ["users = root", { ...rule, users: ["root"] }],
    ...namesMutants(rule, "src", [...broadSources.filter((name) => name !== "*"), ...selectors]),
    ...namesMutants(rule, "dst", [
      "autogroup:self",
      "autogroup:tagged",
      ...selectors.filter((name) => name.startsWith("tag:")),
    ]),
  ];
}

/** Groups, owners, approvals and attributes; and a policy that says nothing, which allows everything. */
function otherMutants(policy: Policy): Mutant[] {
  const { grants: _, ...silent } = policy;
  const changed = (name: string, part: Partial<Policy>): Mutant => ({ name, policy: { ...policy, ...part } });
  const anyOwner = (tag: string, owner: string): Mutant =>
    changed(`tagOwners ${tag} + ${owner}`, {
      tagOwners: { ...policy.tagOwners, [tag]: [...(policy.tagOwners[tag] ?? []), owner] },
    });
  return [
    { name: "grants left out", policy: silent },
    changed("no grants", { grants: [] }),
    ...Object.entries(policy.groups).flatMap(([group, members]) => [
      changed(`${group} + ${outsider}`, { groups: { ...policy.groups, [group]: [...members, outsider] } }),
      changed(`${group} = ${outsider}`, { groups: { ...policy.groups, [group]: [outsider] } }),
    ]),
    ...Object.keys(policy.tagOwners).flatMap((tag) => [anyOwner(tag, "autogroup:member"), anyOwner(tag, "tag:ci")]),
    ...["10.0.0.0/8", "0.0.0.0/0"].map((route) =>
      changed(`route ${route}`, { autoApprovers: { ...policy.autoApprovers, routes: { [route]: ["tag:gateway"] } } }),
    ),
    changed("exit node", { autoApprovers: { ...policy.autoApprovers, exitNode: ["tag:gateway"] } }),
    changed("service", { autoApprovers: { services: { "tag:kubernetes": ["tag:kubernetes", "tag:ci"] } } }),
    ...["*", "tag:gateway", "autogroup:tagged"].map((target) =>
      changed(`Funnel for ${target}`, { nodeAttrs: [{ target: [target], attr: ["funnel"] }] }),
    ),
    changed("ssh + own devices", {
      ssh: [...policy.ssh, { action: "accept", src: ["autogroup:member"], dst: ["autogroup:self"], users: ["root"] }],
    }),
  ];
}
