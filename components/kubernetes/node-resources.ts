// What a droplet of a size offers to pods as a DOKS worker node.

/** Amounts of one node, one pod, or many. */
export interface Amounts {
  readonly millicores: number;
  readonly memoryMib: number;
}

/** DigitalOcean's published maximum for pods by droplet memory, both in MiB (DOKS limits page, 10 Nov 2025). */
const publishedMemory: readonly (readonly [droplet: number, pods: number])[] = [
  [0, 0],
  [4096, 2560],
  [8192, 6144],
  [16_384, 13_312],
  [32_768, 28_672],
];

/** Above the last published size: the same share of each further MiB as between the last two. */
const furtherShare = (28_672 - 13_312) / (32_768 - 16_384);

/** Kubelet's default limit, which DOKS keeps (DOKS limits page, 10 Nov 2025). */
export const podsPerNode = 110;

/** The part of a node that pods may request. What DOKS itself runs on each node comes out of it. */
export function allocatable({ vcpus, memoryMib }: { readonly vcpus: number; readonly memoryMib: number }): Amounts {
  return { millicores: vcpus * 1000 - reservedCpu(vcpus), memoryMib: podMemory(memoryMib) };
}

/** Millicores kept back. Through two observed nodes: 4 vCPU offer 3900m (2022), 8 vCPU offer 7880m (1.36.3, 2026). */
function reservedCpu(vcpus: number): number {
  return 80 + 5 * vcpus;
}

/** Published sizes as published; between them in proportion, which no document confirms. */
function podMemory(memoryMib: number): number {
  const above = publishedMemory.findIndex(([droplet]) => droplet >= memoryMib);
  if (above === -1) return Math.floor(28_672 + (memoryMib - 32_768) * furtherShare);
  const [highDroplet, highPods] = publishedMemory[above] ?? [0, 0];
  const [lowDroplet, lowPods] = publishedMemory[above - 1] ?? [0, 0];
  if (highDroplet === lowDroplet) return 0;
  return Math.floor(lowPods + ((memoryMib - lowDroplet) / (highDroplet - lowDroplet)) * (highPods - lowPods));
}
