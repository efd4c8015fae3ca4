// The devices that our policy is judged against before any exists: one for each tag, one for each person, and a stranger.
import type { PolicyFile } from "./evaluator/policy-file.ts";
import type { Device, Topology } from "./evaluator/topology.ts";

const everyRole = ["admin", "auditor", "billing-admin", "it-admin", "network-admin", "owner"];

/** @returns devices named by their tag or by their owner's login */
export function ownTailnet(policy: PolicyFile): Topology {
  const known = named(policy);
  // People whom no setting names: whatever is open to everybody, to a domain or to administrators as such is open to them.
  const domains = [...known.map((name) => name.slice(name.indexOf("@") + 1)), "elsewhere.invalid"];
  const strangers = new Set(domains.map((domain) => `stranger@${domain}`));
  const people = [...new Set([...known.filter((name) => !name.startsWith("user:")), ...strangers])].toSorted();
  const devices: [string, Omit<Device, "ipv4" | "ipv6">][] = [
    ...Object.keys(policy.tagOwners ?? {}).map((tag): [string, { tags: string[] }] => [tag, { tags: [tag] }]),
    ...people.map((user): [string, { tags: string[]; user: string }] => [user, { tags: [], user }]),
  ];
  return {
    users: people.map((name) => ({ name, email: name, roles: strangers.has(name) ? everyRole : [] })),
    nodes: Object.fromEntries(devices.map(([name, device], index) => [name, { ...device, ...addresses(index + 1) }])),
  };
}

/** Every login, and every `user:*@domain`, that the policy names anywhere. */
function named({ groups = {}, grants = [], ssh = [], tests = [], sshTests = [] }: PolicyFile): string[] {
  const rules = [...grants, ...ssh].flatMap(({ src, dst }) => [...src, ...dst]);
  const tested = [...tests, ...sshTests].flatMap(({ src }) => src ?? []);
  return [...Object.values(groups).flat(), ...rules, ...tested].filter((name) => name.includes("@"));
}

function addresses(index: number): { readonly ipv4: string; readonly ipv6: string } {
  return { ipv4: `100.64.${Math.floor(index / 256)}.${index % 256}`, ipv6: `fd7a:115c:a1e0::${index.toString(16)}` };
}
