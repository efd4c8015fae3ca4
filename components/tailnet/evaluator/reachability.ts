// Who reaches whom: device × device × port × protocol, and the application capabilities between two devices.
import { carries, type Traffic } from "./ports.ts";
import { parseRange, type AddressRange, meets } from "./ranges.ts";
import { compileRules, type Capability, type Rule } from "./rules.ts";
import { Selectors, type Selection } from "./selectors.ts";
import type { PolicyFile } from "./policy-file.ts";
import { bothFamilies, type Families, type Topology } from "./topology.ts";

/** A capability with the rule that gives it. */
interface GivenCapability extends Capability {
  readonly path: string;
}

/** One rule's opening between two devices. */
export interface Opening {
  readonly path: string;
  readonly traffic: readonly Traffic[];
}

/** One policy over one set of devices. The policy must be free of problems, see `validatePolicy`. */
export class Reachability {
  readonly selectors: Selectors;
  readonly rules: readonly Rule[];

  constructor(policy: PolicyFile, topology: Topology) {
    this.selectors = new Selectors(policy, topology);
    this.rules = compileRules(this.selectors);
  }

  /**
   * True where `source` may send to a port of `target`.
   * @param protocol IANA number, 6 for TCP
   * @param families over which of the devices' addresses; either by default
   */
  reaches(source: string, target: string, port: number, protocol: number, families = bothFamilies): boolean {
    return this.rules.some((rule) => {
      const from = (rule.sources.get(source) ?? 0) & families;
      return (
        from !== 0 &&
        rule.destinations.some(
          ({ selection, traffic }) =>
            (this.selected(selection, target, source) & from) !== 0 &&
            traffic.some((one) => carries(one, port, protocol)),
        )
      );
    });
  }

  /** True where `source` may send to that address, which is no device's. */
  reachesAddress(source: string, address: string, port: number, protocol: number): boolean {
    const range = parseRange(address);
    if (range === undefined) return false;
    return this.rules.some(
      (rule) =>
        rule.sources.has(source) &&
        rule.destinations.some(
          ({ selection, traffic }) =>
            coversAddress(selection, range) && traffic.some((one) => carries(one, port, protocol)),
        ),
    );
  }

  /** Everything that is open from one device to another, by rule. */
  openings(source: string, target: string): Opening[] {
    return this.between(source, target).flatMap(({ rule, selection }) => {
      const traffic = rule.destinations.filter((one) => one.selection === selection).flatMap((one) => one.traffic);
      return traffic.length > 0 ? [{ path: rule.path, traffic }] : [];
    });
  }

  /** Every application capability that `source` has towards `target`. */
  capabilities(source: string, target: string): GivenCapability[] {
    const rules = new Set(this.between(source, target).map(({ rule }) => rule));
    return [...rules].flatMap((rule) => rule.capabilities.map((capability) => ({ ...capability, path: rule.path })));
  }

  private between(source: string, target: string): { rule: Rule; selection: Selection }[] {
    return this.rules.flatMap((rule) => {
      const from = rule.sources.get(source) ?? 0;
      if (from === 0) return [];
      return rule.destinations
        .filter(({ selection }) => (this.selected(selection, target, source) & from) !== 0)
        .map(({ selection }) => ({ rule, selection }));
    });
  }

  private selected(selection: Selection, target: string, source: string): Families {
    if (selection.kind === "internet") return 0;
    if (selection.kind !== "self") return selection.devices.get(target) ?? 0;
    const owner = this.selectors.ownerOf(source);
    return owner !== undefined && owner === this.selectors.ownerOf(target) ? bothFamilies : 0;
  }
}

function coversAddress(selection: Selection, address: AddressRange): boolean {
  if (selection.kind === "everything") return true;
  return selection.kind === "devices" && selection.range !== undefined && meets(selection.range, address);
}
