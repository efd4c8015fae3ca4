// What a cluster's folder says about it: its settings and ports, the wanted pools, the seen nodes, the supervisor's state.
import { z } from "zod";
import { readJson, writeJson } from "../processes/files.ts";
import type { ClusterPaths } from "./paths.ts";

const portsSchema = z.object({ apiServer: z.number(), etcdClient: z.number(), etcdPeer: z.number() });
/** What a cluster needs loopback ports for. */
export const portNames = portsSchema.keyof().options;

const recordSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  region: z.string(),
  serviceSubnet: z.string(),
  clusterSubnet: z.string(),
  idleSeconds: z.number(),
  createdAt: z.string(),
  ports: portsSchema,
  binaries: z.object({ controlPlane: z.string(), kwok: z.string(), crds: z.string() }),
});
export type ClusterRecord = z.infer<typeof recordSchema>;

const poolSchema = z.object({
  id: z.string(),
  name: z.string(),
  size: z.string(),
  vcpus: z.number(),
  memoryMib: z.number(),
  diskGib: z.number(),
  nodeCount: z.number().optional(),
  autoScale: z.boolean(),
  minNodes: z.number().optional(),
  maxNodes: z.number().optional(),
  labels: z.record(z.string(), z.string()),
  taints: z.array(z.object({ key: z.string(), value: z.string(), effect: z.string() })),
  tags: z.array(z.string()),
});
const poolsSchema = z.object({ revision: z.number(), pools: z.array(poolSchema) });
export type WantedPools = z.infer<typeof poolsSchema>;

const seenNodeSchema = z.object({
  id: z.string(),
  name: z.string(),
  poolId: z.string(),
  pool: z.string(),
  dropletId: z.string(),
  status: z.enum(["provisioning", "running", "draining"]),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type SeenNode = z.infer<typeof seenNodeSchema>;

const poolMemorySchema = z.object({ declared: z.number().optional(), target: z.number() });
export type PoolMemory = z.infer<typeof poolMemorySchema>;

const nodesSchema = z.object({
  /** The revision of the wanted pools that this answers. */
  revision: z.number(),
  nodes: z.array(seenNodeSchema),
  targets: z.record(z.string(), poolMemorySchema),
});
export type SeenNodes = z.infer<typeof nodesSchema>;

export const readRecord = (paths: ClusterPaths) => readJson(paths.record, recordSchema);
export const writeRecord = (paths: ClusterPaths, record: ClusterRecord) => writeJson(paths.record, record);

export const readPools = (paths: ClusterPaths) => readJson(paths.pools, poolsSchema) ?? { revision: 0, pools: [] };
export const writePools = (paths: ClusterPaths, pools: WantedPools) => writeJson(paths.pools, pools);

export const readNodes = (paths: ClusterPaths) => readJson(paths.nodes, nodesSchema);
export const writeNodes = (paths: ClusterPaths, nodes: SeenNodes) => writeJson(paths.nodes, nodes);
