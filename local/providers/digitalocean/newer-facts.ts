// Properties that the installed package 4.80.1 has and the plugin v4.76.0, from which the facts were read, had not yet.
// Source: type declarations of @pulumi/digitalocean 4.80.1; what replaces is from the provider's documentation.
import type { Facts } from "../contract.ts";

const switchable: Facts = {
  amdGpuDraDriver: {
    type: "Object",
    optional: true,
    computed: true,
    fields: { enabled: { type: "Bool", required: true } },
  },
  nvidiaGpuDraDriver: {
    type: "Object",
    optional: true,
    computed: true,
    fields: { enabled: { type: "Bool", required: true } },
  },
};

const newer: Readonly<Record<string, Facts>> = {
  KubernetesCluster: {
    ...switchable,
    isolatedWorkers: { type: "Bool", optional: true, computed: true, forceNew: true },
  },
  KubernetesNodePool: { gpuPartitionMode: { type: "String", optional: true, forceNew: true } },
  Droplet: { gpuPartitionMode: { type: "String", optional: true, forceNew: true } },
  LoadBalancer: {
    ip: { type: "String", optional: true, computed: true, forceNew: true },
    subnetUuid: { type: "String", optional: true, computed: true, forceNew: true },
  },
};

/** The facts of a type with what came later. Resource ids are no properties on Pulumi's side. */
export function completed(className: string, facts: Facts): Facts {
  const { id: _, ...properties } = facts;
  return { ...properties, ...newer[className] };
}
