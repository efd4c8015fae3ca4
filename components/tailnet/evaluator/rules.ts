// The rules of a policy, resolved to devices: who may send what to whom, and which application capabilities go with it.
import type { z } from "zod";
import type { Acl, Grant, PolicyFile } from "./policy-file.ts";
import { everyPort, parsePorts, parseTraffic, protocolsOf, type Traffic } from "./ports.ts";
import type { Selection, Selectors } from "./selectors.ts";
import type { Families } from "./topology.ts";

type Json = z.core.util.JSONType;

/** One destination of a rule with what may arrive there. */
interface Destination {
  readonly selection: Selection;
  readonly traffic: readonly Traffic[];
}

/** A capability that a rule's sources have towards its destinations, with its parameters. */
export interface Capability {
  readonly name: string;
  readonly values: readonly Json[];
}

/** One grant or acl. */
export interface Rule {
  /** `grants[3]`. */
  readonly path: string;
  readonly sources: ReadonlyMap<string, Families>;
  readonly destinations: readonly Destination[];
  readonly capabilities: readonly Capability[];
}

/** All rules. A policy without grants and acls allows everything: the mistake that is worse than all others. */
export function compileRules(selectors: Selectors): Rule[] {
  const { grants, acls } = selectors.policy;
  if (grants === undefined && acls === undefined) return [allowEverything(selectors)];
  return [
    ...(acls ?? []).map((acl, index) => aclRule(acl, `acls[${index}]`, selectors)),
    ...(grants ?? []).map((grant, index) => grantRule(grant, `grants[${index}]`, selectors)),
  ];
}

/** True where the policy would let everybody reach everything. */
export function allowsAllByOmission({ grants, acls }: PolicyFile): boolean {
  return grants === undefined && acls === undefined;
}

function allowEverything(selectors: Selectors): Rule {
  const all = resolved(["*"], selectors);
  const destinations = all.map((selection) => ({ selection, traffic: [{ ports: everyPort }] }));
  return { path: "grants", sources: union(all), destinations, capabilities: [] };
}

function grantRule(grant: Grant, path: string, selectors: Selectors): Rule {
  // A route through `via` opens networks behind these devices, never the devices themselves.
  const traffic = (grant.via?.length ?? 0) > 0 ? [] : (grant.ip ?? []).map(parseTraffic);
  return {
    path,
    sources: union(resolved(grant.src, selectors)),
    destinations: resolved(grant.dst, selectors).map((selection) => ({ selection, traffic })),
    capabilities: Object.entries(grant.app ?? {}).map(([name, values]) => ({ name, values: values ?? [] })),
  };
}

function aclRule(acl: Acl, path: string, selectors: Selectors): Rule {
  const protocols = acl.proto === "*" ? undefined : (protocolsOf(acl.proto ?? "") ?? []);
  const destinations = acl.dst.flatMap((text) => {
    const { host, port } = splitPort(text);
    const traffic = [{ ...(protocols && { protocols }), ports: parsePorts(port) }];
    return resolved([host], selectors).map((selection) => ({ selection, traffic }));
  });
  return { path, sources: union(resolved(acl.src, selectors)), destinations, capabilities: [] };
}

/** `tag:web:443` and `[fd7a::1]:443` in two. */
export function splitPort(text: string): { readonly host: string; readonly port: string } {
  const colon = text.lastIndexOf(":");
  if (colon === -1) return { host: text, port: "" };
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), port: text.slice(colon + 1) };
}

/** Names that select nothing known are left out: validation has refused them. */
function resolved(names: readonly string[], selectors: Selectors): Selection[] {
  return names.map((name) => selectors.resolve(name)).filter((found) => typeof found !== "string");
}

function union(selections: readonly Selection[]): Map<string, Families> {
  const all = new Map<string, Families>();
  for (const selection of selections) {
    if (!("devices" in selection)) continue;
    for (const [device, families] of selection.devices) all.set(device, (all.get(device) ?? 0) | families);
  }
  return all;
}
