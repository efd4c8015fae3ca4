// What NetworkPolicies let through, as Kubernetes documents them: policies add up, and a pod that one selects is shut but for what they open.
// Cilium itself is not here, and knows address blocks for what is outside the cluster only; here a block means pods too, so nothing is missed.
import { Address4 } from "ip-address";
import { z } from "zod";
import type { Manifest } from "./manifests.ts";

/** One end of a connection: a pod, or an address outside the cluster. */
export interface End {
  readonly name: string;
  readonly address: string;
  /** None for what is no pod. */
  readonly pod?: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
}

export interface Flow {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

const labels = z.record(z.string(), z.string());
// Expressions are in none of our policies; strict, so that a new one is not overlooked.
const selector = z.strictObject({ matchLabels: labels.default({}) });
const peer = z.strictObject({
  podSelector: selector.optional(),
  namespaceSelector: selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
});
const port = z.strictObject({ port: z.int(), protocol: z.enum(["TCP", "UDP"]) });
const rule = { ports: z.array(port).optional() };
const policySchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.array(z.enum(["Ingress", "Egress"])),
    ingress: z.array(z.strictObject({ ...rule, from: z.array(peer).optional() })).default([]),
    egress: z.array(z.strictObject({ ...rule, to: z.array(peer).optional() })).default([]),
  }),
});
type Policy = z.infer<typeof policySchema>;
type Labels = z.infer<typeof labels>;

/** All policies of a cluster, and its namespaces with their labels. */
export class NetworkFlows {
  private readonly policies: readonly Policy[];
  private readonly namespaces: ReadonlyMap<string, Labels>;

  constructor(policies: readonly Manifest[], namespaces: ReadonlyMap<string, Labels>) {
    this.policies = policies.map((policy) => policySchema.parse(policy));
    this.namespaces = namespaces;
  }

  /** Whether `from` may send it, whatever `to` says. */
  leaves(from: End, to: End, flow: Flow): boolean {
    const own = this.selecting(from, "Egress");
    const opened = own.flatMap(({ metadata, spec }) => spec.egress.map((one) => ({ metadata, ...one })));
    return (
      own.length === 0 || opened.some(({ metadata, to: peers, ports }) => this.opens(metadata, peers, ports, to, flow))
    );
  }

  /** Whether `to` takes it, whatever `from` says. */
  enters(from: End, to: End, flow: Flow): boolean {
    const own = this.selecting(to, "Ingress");
    const opened = own.flatMap(({ metadata, spec }) => spec.ingress.map((one) => ({ metadata, ...one })));
    return (
      own.length === 0 ||
      opened.some(({ metadata, from: peers, ports }) => this.opens(metadata, peers, ports, from, flow))
    );
  }

  private selecting({ pod }: End, type: "Ingress" | "Egress"): Policy[] {
    return this.policies.filter(
      ({ metadata, spec }) =>
        pod?.namespace === metadata.namespace &&
        spec.policyTypes.includes(type) &&
        matches(spec.podSelector.matchLabels, pod.labels),
    );
  }

  private opens(
    { namespace }: Policy["metadata"],
    peers: readonly z.infer<typeof peer>[] | undefined,
    ports: readonly Flow[] | undefined,
    end: End,
    flow: Flow,
  ): boolean {
    const portOpen = ports?.some((one) => one.port === flow.port && one.protocol === flow.protocol) ?? true;
    return portOpen && (peers?.some((one) => this.isPeer(one, namespace, end)) ?? true);
  }

  private isPeer(
    { podSelector, namespaceSelector, ipBlock }: z.infer<typeof peer>,
    namespace: string,
    end: End,
  ): boolean {
    if (ipBlock) return isIn(end.address, ipBlock.cidr) && !ipBlock.except.some((range) => isIn(end.address, range));
    if (end.pod === undefined) return false;
    const inNamespace = namespaceSelector
      ? matches(namespaceSelector.matchLabels, this.namespaces.get(end.pod.namespace) ?? {})
      : end.pod.namespace === namespace;
    return inNamespace && (podSelector === undefined || matches(podSelector.matchLabels, end.pod.labels));
  }
}

function matches(wanted: Labels, found: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => found[name] === value);
}

function isIn(address: string, range: string): boolean {
  return new Address4(address).isInSubnet(new Address4(range));
}
