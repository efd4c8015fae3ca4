// What Tailscale refuses in a policy before it runs a test: the same words, and the path that it leaves out.
import type { Acl, Grant, PolicyFile, PolicyProblem } from "./policy-file.ts";
import { parsePorts, parseTraffic, PortError, protocolsOf } from "./ports.ts";
import { splitPort } from "./rules.ts";
import { Selectors } from "./selectors.ts";
import { validateSsh } from "./validate-ssh.ts";

/** Everything that is wrong with the policy in itself, in Tailscale's order. Devices do not matter. */
export function validatePolicy(policy: PolicyFile): PolicyProblem[] {
  const selectors = new Selectors(policy, { users: [], nodes: {} });
  return [
    ...(policy.acls ?? []).flatMap((acl, index) => validateAcl(acl, `acls[${index}]`, selectors)),
    ...(policy.grants ?? []).flatMap((grant, index) => validateGrant(grant, `grants[${index}]`, selectors)),
    ...validateNames(policy, selectors),
    ...validateSsh(policy, selectors),
  ];
}

function validateGrant(grant: Grant, path: string, selectors: Selectors): PolicyProblem[] {
  const app = Object.keys(grant.app ?? {});
  const empty = (grant.ip ?? []).length === 0 && app.length === 0;
  return [
    ...(empty ? [{ path, message: "ip and app can not both be empty" }] : []),
    ...app.flatMap((name) => problemsAt(`${path}.app`, capabilityRefusal(name))),
    ...grant.src.flatMap((name, at) => problemsAt(`${path}.src[${at}]`, sourceRefusal(name, selectors))),
    ...grant.dst.flatMap((name, at) => problemsAt(`${path}.dst[${at}]`, targetRefusal(name, grant, selectors))),
    ...(grant.ip ?? []).flatMap((text, at) =>
      problemsAt(
        `${path}.ip[${at}]`,
        portRefusal(() => parseTraffic(text)),
      ),
    ),
    ...(grant.via ?? []).flatMap((name, at) => problemsAt(`${path}.via[${at}]`, viaRefusal(name, selectors))),
    ...selfProblems(path, grant.src, grant.dst),
  ];
}

function validateAcl(acl: Acl, path: string, selectors: Selectors): PolicyProblem[] {
  const action = acl.action === "accept" ? undefined : `action="${acl.action}" is not supported`;
  const proto = acl.proto === "*" || protocolsOf(acl.proto ?? "") ? undefined : `unknown protocol "${acl.proto}"`;
  const hosts = acl.dst.map((text) => splitPort(text).host);
  const target = (text: string): string | undefined => {
    const { host, port } = splitPort(text);
    const refusal = portRefusal(() => parsePorts(port));
    if (refusal) return `dst="${text}": ${refusal}`;
    const unknown = selectorRefusal(host, selectors);
    return unknown && `dst="${host}": ${unknown}`;
  };
  return [
    ...problemsAt(`${path}.action`, action),
    ...problemsAt(`${path}.proto`, proto),
    ...acl.src.flatMap((name, at) => problemsAt(`${path}.src[${at}]`, sourceRefusal(name, selectors))),
    ...acl.dst.flatMap((text, at) => problemsAt(`${path}.dst[${at}]`, target(text))),
    // In acls, and there only, everybody may be named: Tailscale takes the people among them.
    ...selfProblems(
      path,
      acl.src.filter((name) => name !== "*"),
      hosts,
    ),
  ];
}

/** Groups hold people only, tags and approvals name what exists. */
function validateNames(policy: PolicyFile, selectors: Selectors): PolicyProblem[] {
  const nested = Object.entries(policy.groups ?? {}).flatMap(([group, members]) =>
    members.flatMap((member, at) =>
      problemsAt(`groups["${group}"][${at}]`, member.includes("@") ? undefined : `"${member}" is no user`),
    ),
  );
  const lists = { ...policy.autoApprovers?.routes, ...policy.autoApprovers?.services };
  const named: [string, readonly string[]][] = [
    ...Object.entries(policy.tagOwners ?? {}).map(([tag, names]): [string, string[]] => [`tagOwners["${tag}"]`, names]),
    ...Object.entries(lists).map(([key, names]): [string, string[]] => [`autoApprovers["${key}"]`, names]),
    ["autoApprovers.exitNode", policy.autoApprovers?.exitNode ?? []],
    ...(policy.nodeAttrs ?? []).map(({ target }, at): [string, string[]] => [`nodeAttrs[${at}].target`, target]),
  ];
  const unknown = named.flatMap(([path, names]) =>
    names.flatMap((name, at) => problemsAt(`${path}[${at}]`, selectorRefusal(name, selectors))),
  );
  return [...nested, ...unknown];
}

function problemsAt(path: string, message: string | undefined): PolicyProblem[] {
  return message === undefined ? [] : [{ path, message }];
}

function sourceRefusal(name: string, selectors: Selectors): string | undefined {
  if (name === "autogroup:self" || name === "autogroup:internet")
    return `"${name}" not valid on the src side of a rule`;
  const unknown = selectorRefusal(name, selectors);
  return unknown && `src=${unknown}`;
}

function targetRefusal(name: string, grant: Grant, selectors: Selectors): string | undefined {
  if (name === "autogroup:danger-all") return "cannot use autogroup:danger-all as a dst";
  if (name === "0.0.0.0/0" || name === "::/0")
    return `dst "${name}": to allow all IP addresses, use "*" or "autogroup:internet"`;
  if (name === "autogroup:internet" && Object.keys(grant.app ?? {}).length > 0)
    return "cannot use app grants with autogroup:internet";
  const unknown = selectorRefusal(name, selectors);
  return unknown && `dst=${unknown}`;
}

function viaRefusal(name: string, selectors: Selectors): string | undefined {
  if (!name.startsWith("tag:")) return "via can only be a tag";
  return typeof selectors.resolve(name) === "string" ? `tag "${name}" not found` : undefined;
}

function selectorRefusal(name: string, selectors: Selectors): string | undefined {
  const found = selectors.resolve(name);
  return typeof found === "string" ? `${found} not found: "${name}"` : undefined;
}

function isPeople(name: string): boolean {
  return (
    name.includes("@") || name.startsWith("group:") || (name.startsWith("autogroup:") && name !== "autogroup:tagged")
  );
}

/** Own devices belong to people: neither tags, nor addresses, nor everybody can have some. */
function selfProblems(path: string, sources: readonly string[], targets: readonly string[]): PolicyProblem[] {
  if (!targets.includes("autogroup:self") || sources.every(isPeople)) return [];
  return [{ path, message: "autogroup:self can only be used with users, groups, or supported autogroups" }];
}

/** Capabilities that Tailscale gives itself; its recorded answers refuse them in a policy. */
const reserved = ["tailscale.com/cap/funnel", "tailscale.com/cap/ingress", "tailscale.com/cap/relay-target"];

function capabilityRefusal(name: string): string | undefined {
  if (!/^[a-z0-9.-]+\/\S+$/i.test(name)) return "capability name must have the form {domain}/{path}";
  return reserved.includes(name) ? "capability name must not be in the tailscale.com domain" : undefined;
}

function portRefusal(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof PortError) return error.message;
    throw error;
  }
}
