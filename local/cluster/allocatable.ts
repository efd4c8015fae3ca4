// What a droplet of a size offers as a DOKS worker node: its capacity, and the part of it that pods may use.
import { allocatable as allocatableAmounts, podsPerNode } from "../../components/kubernetes/node-resources.ts";

export interface Allocatable {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
}

/**
 * The part of a node that pods may request. Its DaemonSets come out of it (see system-workloads.ts).
 * @param vcpus Virtual processors of the droplet size.
 * @param memoryMib Memory of the droplet size in MiB.
 */
export function allocatable(vcpus: number, memoryMib: number): Allocatable {
  const { millicores, memoryMib: podMemory } = allocatableAmounts({ vcpus, memoryMib });
  return { cpu: `${millicores}m`, memory: `${podMemory}Mi`, pods: String(podsPerNode) };
}

/**
 * The whole node as its status reports it, and the part for pods.
 * @param diskGib Disk of the droplet size in GiB.
 */
export function nodeResources(vcpus: number, memoryMib: number, diskGib: number) {
  // Partition table and file system take about 2 %; kubelet evicts pods when less than a tenth is free.
  const disk = Math.floor(diskGib * 0.98 * 1024);
  return {
    capacity: {
      cpu: String(vcpus),
      // An s-4vcpu-8gb reports 8149728 Ki of its 8192 MiB (observed 2022): the kernel keeps the rest.
      memory: `${Math.floor(memoryMib * 1024 * 0.9715)}Ki`,
      pods: String(podsPerNode),
      "ephemeral-storage": `${disk}Mi`,
    },
    allocatable: { ...allocatable(vcpus, memoryMib), "ephemeral-storage": `${Math.floor(disk * 0.9)}Mi` },
  };
}
