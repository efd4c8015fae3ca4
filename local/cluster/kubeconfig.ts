// Kubeconfig documents: one for each component with its certificate, one with a token for the person.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { endpointOf, kubeconfigOf } from "./arguments.ts";
import { writeAtomically } from "../processes/files.ts";
import type { ClusterPaths } from "./paths.ts";
import { kubeconfigUsers } from "./pki.ts";
import type { ClusterRecord } from "./record.ts";

interface KubeconfigSpec {
  readonly cluster: string;
  readonly user: string;
  readonly endpoint: string;
  /** Base64 of PEM. */
  readonly caCertificate: string;
  readonly credentials:
    | { readonly token: string }
    | { readonly "client-certificate": string; readonly "client-key": string };
}

/** A kubeconfig with one cluster, one user and the context that joins them, named after the cluster as DOKS does. */
function kubeconfig(spec: KubeconfigSpec): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": spec.cluster,
    clusters: [
      { name: spec.cluster, cluster: { "certificate-authority-data": spec.caCertificate, server: spec.endpoint } },
    ],
    contexts: [{ name: spec.cluster, context: { cluster: spec.cluster, user: spec.user } }],
    users: [{ name: spec.user, user: spec.credentials }],
  });
}

/** The administrator's kubeconfig, named as DigitalOcean names it: `do-<region>-<cluster>`. */
export function tokenKubeconfig(record: ClusterRecord, caCertificate: string, token: string): string {
  const cluster = `do-${record.region}-${record.name}`;
  return kubeconfig({
    cluster,
    user: `${cluster}-admin`,
    endpoint: endpointOf(record),
    caCertificate,
    credentials: { token },
  });
}

/** The certificate authority as kubeconfigs carry it. */
export function readCaCertificate(paths: ClusterPaths): string {
  return readFileSync(join(paths.pki, "ca.crt")).toString("base64");
}

/** Writes the components' kubeconfigs; again whenever the API server's port changed. */
export function writeComponentKubeconfigs(paths: ClusterPaths, record: ClusterRecord): void {
  mkdirSync(paths.kubeconfigs, { recursive: true, mode: 0o700 });
  const caCertificate = readCaCertificate(paths);
  for (const user of kubeconfigUsers) {
    const credentials = {
      "client-certificate": join(paths.pki, `${user}.crt`),
      "client-key": join(paths.pki, `${user}.key`),
    };
    const text = kubeconfig({ cluster: "local", user, endpoint: endpointOf(record), caCertificate, credentials });
    writeAtomically(kubeconfigOf(user, paths), text);
  }
}
