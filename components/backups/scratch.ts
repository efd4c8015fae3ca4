// Where a pod writes: on its node's disk, or on a volume of its own that goes with it.
import type * as kubernetes from "@pulumi/kubernetes";

type Volume = kubernetes.types.input.core.v1.Volume;

/**
 * A node of s-4vcpu-8gb has 160 GB of disk for images, logs and the scratch of all pods on it, of which Sidekiq's may each take 10. A volume costs
 * cents for the hours that it is there, and takes a minute more to come.
 */
const mostOnNodeGib = 40;

/** `20Gi` as a number. */
function gibibytes(scratch: string): number {
  return Number.parseInt(scratch, 10);
}

function isOnNode(scratch: string): boolean {
  return gibibytes(scratch) <= mostOnNodeGib;
}

/** The volume `work`. One of its own has the cluster's usual class: DigitalOcean's block storage. */
export function scratchVolume(scratch: string): Volume {
  if (isOnNode(scratch)) return { name: "work", emptyDir: { sizeLimit: scratch } };
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: scratch } } };
  return { name: "work", ephemeral: { volumeClaimTemplate: { spec } } };
}

/** The node's disk that the pod asks for, so that it is not evicted half-way, and the one at which it is ended. */
export function scratchOnNode(scratch: string): { readonly request: string; readonly limit: string } {
  const size = isOnNode(scratch) ? gibibytes(scratch) : 0;
  return { request: size === 0 ? "256Mi" : scratch, limit: `${size + 1}Gi` };
}
