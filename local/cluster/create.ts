// A cluster's folder: made as a whole or not at all, and brought up to date with what the account declares.
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ControlPlane } from "../../tools/engine.ts";
import { pathsIn, type ClusterPaths } from "./paths.ts";
import { choosePorts } from "../processes/ports.ts";
import { type ClusterRecord, portNames, readRecord, writeRecord } from "./record.ts";
import type { ClusterSpec } from "./types.ts";

/** Makes the cluster's folder if there is none, and writes what may have changed: name, version, binaries. */
export async function ensureFolder(paths: ClusterPaths, spec: ClusterSpec, binaries: ControlPlane): Promise<void> {
  const present = readRecord(paths);
  if (present) {
    const { name, version, idleSeconds = present.idleSeconds } = spec;
    const { controlPlane, kwok, crds } = binaries;
    const record = { ...present, name, version, idleSeconds, binaries: { controlPlane, kwok, crds } };
    if (JSON.stringify(record) !== JSON.stringify(present)) writeRecord(paths, record);
    return;
  }
  // Without a readable record nothing in the folder can be used.
  rmSync(paths.folder, { recursive: true, force: true });
  await createFolder(paths, spec, binaries);
}

async function createFolder(paths: ClusterPaths, spec: ClusterSpec, binaries: ControlPlane): Promise<void> {
  const parent = dirname(paths.folder);
  const prefix = `.creating-${basename(paths.folder)}-`;
  for (const left of readdirSync(parent).filter((name) => name.startsWith(prefix))) {
    rmSync(join(parent, left), { recursive: true, force: true });
  }
  const draft = pathsIn(join(parent, `${prefix}${process.pid}`));
  const record: ClusterRecord = {
    id: spec.id,
    name: spec.name,
    version: spec.version,
    region: spec.region ?? "tor1",
    serviceSubnet: spec.serviceSubnet ?? "10.245.0.0/16",
    clusterSubnet: spec.clusterSubnet ?? "10.244.0.0/16",
    idleSeconds: spec.idleSeconds ?? 60,
    createdAt: new Date().toISOString(),
    ports: await choosePorts(paths.folder, portNames),
    binaries: { controlPlane: binaries.controlPlane, kwok: binaries.kwok, crds: binaries.crds },
  };
  mkdirSync(draft.folder, { mode: 0o700 });
  const { createPki, writePki } = await import("./pki.ts"); // slow to load, and needed only here
  writePki(draft.pki, await createPki(record.serviceSubnet));
  writeRecord(draft, record);
  renameSync(draft.folder, paths.folder);
}
