// Selectors: which devices a name in a policy stands for (a tag, a group, a person, an autogroup, a host, an address).
import { meets, parseRange, type AddressRange } from "./ranges.ts";
import type { PolicyFile } from "./policy-file.ts";
import { bothFamilies, ipv4, ipv6, type Device, type Families, type Topology } from "./topology.ts";

/** What a selector stands for. `self` depends on who asks, `internet` is no device. */
export type Selection =
  | { readonly kind: "devices"; readonly devices: ReadonlyMap<string, Families>; readonly range?: AddressRange }
  | { readonly kind: "everything"; readonly devices: ReadonlyMap<string, Families> }
  | { readonly kind: "self" }
  | { readonly kind: "internet" };

/** Why a name selects nothing. */
export type Unknown = "tag" | "group" | "autogroup" | "host";

/** The roles that have an autogroup (tailscale.com/docs/reference/targets-and-selectors, 2026). */
const roleGroups = ["admin", "auditor", "billing-admin", "it-admin", "network-admin", "owner"];

/** Looks names up for one policy and one set of devices; each name is resolved once. */
export class Selectors {
  private readonly known = new Map<string, Selection | Unknown>();
  private readonly emails: ReadonlyMap<string, string>;
  private readonly addresses: ReadonlyMap<string, readonly [AddressRange | undefined, AddressRange | undefined]>;
  readonly policy: PolicyFile;
  readonly topology: Topology;

  constructor(policy: PolicyFile, topology: Topology) {
    this.policy = policy;
    this.topology = topology;
    this.emails = new Map(topology.users.map(({ name, email }) => [name, email]));
    this.addresses = new Map(
      Object.entries(topology.nodes).map(([name, node]) => [name, [parseRange(node.ipv4), parseRange(node.ipv6)]]),
    );
  }

  /** What the name stands for, or which kind of name is missing. */
  resolve(name: string): Selection | Unknown {
    const cached = this.known.get(name);
    if (cached !== undefined) return cached;
    const found = this.lookUp(name);
    this.known.set(name, found);
    return found;
  }

  /** Login of the device's owner; a tagged device has none. */
  ownerOf(name: string): string | undefined {
    const device = this.topology.nodes[name];
    if (device === undefined || device.tags.length > 0 || device.user === undefined) return undefined;
    return this.emails.get(device.user);
  }

  private lookUp(name: string): Selection | Unknown {
    if (name === "*" || name === "autogroup:danger-all") return { kind: "everything", devices: this.where(() => true) };
    if (name.startsWith("tag:")) return this.tagged(name);
    if (name.startsWith("group:")) return this.group(name);
    if (name.startsWith("autogroup:")) return this.autogroup(name.slice("autogroup:".length));
    if (name.startsWith("user:*@")) {
      const domain = name.slice("user:*".length);
      return this.devices((_, owner) => owner?.endsWith(domain) === true);
    }
    if (name.includes("@")) return this.devices((_, owner) => owner === name);
    return this.address(this.policy.hosts?.[name] ?? name);
  }

  private tagged(tag: string): Selection | Unknown {
    if (this.policy.tagOwners?.[tag] === undefined) return "tag";
    return this.devices((device) => device.tags.includes(tag));
  }

  private group(name: string): Selection | Unknown {
    const members = this.policy.groups?.[name];
    return members === undefined ? "group" : this.devices((_, owner) => owner !== undefined && members.includes(owner));
  }

  private autogroup(name: string): Selection | Unknown {
    if (name === "self" || name === "internet") return { kind: name };
    if (name === "tagged") return this.devices((device) => device.tags.length > 0);
    if (name === "member" || name === "members") return this.devices((device) => device.tags.length === 0);
    if (!roleGroups.includes(name)) return "autogroup";
    const inRole = this.topology.users.filter(({ roles }) => roles?.includes(name)).map(({ email }) => email);
    return this.devices((_, owner) => owner !== undefined && inRole.includes(owner));
  }

  private address(text: string): Selection | Unknown {
    const range = parseRange(text);
    if (range === undefined) return "host";
    const devices = new Map<string, Families>();
    for (const [name, [four, six]] of this.addresses) {
      const families = (four && meets(four, range) ? ipv4 : 0) | (six && meets(six, range) ? ipv6 : 0);
      // A device that is meant by one of its addresses is reached by this address only.
      if (families !== 0) devices.set(name, families);
    }
    return { kind: "devices", devices, range };
  }

  private devices(accepts: (device: Device, owner: string | undefined) => boolean): Selection {
    return { kind: "devices", devices: this.where(accepts) };
  }

  private where(accepts: (device: Device, owner: string | undefined) => boolean): Map<string, Families> {
    const entries = Object.entries(this.topology.nodes);
    const accepted = entries.filter(([name, device]) => accepts(device, this.ownerOf(name)));
    return new Map(accepted.map(([name]) => [name, bothFamilies]));
  }
}
