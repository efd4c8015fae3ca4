// What a droplet of a size offers as a DOKS worker node: its capacity, and the part of it that pods may use.

export interface Allocatable {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
}

/** DigitalOcean's published maximum for pods by droplet memory, both in MiB [DOC kubernetes limits, 2025-11-10]. */
const publishedMemory: readonly (readonly [droplet: number, pods: number])[] = [
  [0, 0],
  [4096, 2560],
  [8192, 6144],
  [16_384, 13_312],
  [32_768, 28_672],
];

/** Above the last published size: the same share of each further MiB as between the last two. */
const furtherShare = (28_672 - 13_312) / (32_768 - 16_384);

/** Kubelet's default limit, which DOKS keeps [DOC kubernetes limits, 2025-11-10]. */
const podsPerNode = 110;

/**
 * The part of a node that pods may request. Its DaemonSets come out of it (see system-workloads.ts).
 * @param vcpus Virtual processors of the droplet size.
 * @param memoryMib Memory of the droplet size in MiB.
 */
export function allocatable(vcpus: number, memoryMib: number): Allocatable {
  return {
    cpu: `${vcpus * 1000 - reservedCpu(vcpus)}m`,
    memory: `${podMemory(memoryMib)}Mi`,
    pods: String(podsPerNode),
  };
}

/** Millicores kept back. Through two observed nodes: 4 vCPU offer 3900m (2022), 8 vCPU offer 7880m (1.36.3, 2026). */
function reservedCpu(vcpus: number): number {
  return 80 + 5 * vcpus;
}

/** Published sizes as published; between them in proportion, which no document confirms. */
function podMemory(memoryMib: number): number {
  const above = publishedMemory.findIndex(([droplet]) => droplet >= memoryMib);
  if (above === -1) return Math.floor(28_672 + (memoryMib - 32_768) * furtherShare);
  const [highDroplet, highPods] = publishedMemory[above]!;
  const [lowDroplet, lowPods] = publishedMemory[above - 1] ?? [0, 0];
  if (highDroplet === lowDroplet) return 0;
  return Math.floor(lowPods + ((memoryMib - lowDroplet) / (highDroplet - lowDroplet)) * (highPods - lowPods));
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
