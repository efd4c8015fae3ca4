// The cluster's certificates and keys: two authorities, a serving certificate, one client certificate for each component.
import { webcrypto } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type * as x509 from "@peculiar/x509";
import {
  type Certified,
  createAuthority,
  issueCertificate,
  keyPair,
  loopbackNames,
  pem,
  privatePem,
} from "../certificates.ts";
import { serviceAddress } from "./subnets.ts";
import { writeAtomically } from "../processes/files.ts";

/** User and group of each client certificate; the system: names are the ones that Kubernetes' own roles are bound to. */
const clients = {
  admin: { user: "local-admin", group: "system:masters" },
  "kube-controller-manager": { user: "system:kube-controller-manager" },
  "kube-scheduler": { user: "system:kube-scheduler" },
  // KWOK plays every kubelet and the volume driver; its own role would be most of an administrator's.
  kwok: { user: "local-kwok", group: "system:masters" },
  "apiserver-etcd": { user: "kube-apiserver" },
} as const satisfies Record<string, { user: string; group?: string }>;

/** Client certificates that come with a kubeconfig. */
export const kubeconfigUsers = ["admin", "kube-controller-manager", "kube-scheduler", "kwok"] as const;

/** Makes all of a cluster's keys and certificates as PEM, by file name without `.crt`, `.key` or `.pub`. */
export async function createPki(serviceSubnet: string): Promise<Record<string, string>> {
  const ca = await createAuthority("local-cluster");
  const frontProxyCa = await createAuthority("local-cluster-front-proxy");
  const files: Record<string, string> = {
    "ca.crt": ca.certificate.toString("pem"),
    "ca.key": await privatePem(ca.keys),
    "front-proxy-ca.crt": frontProxyCa.certificate.toString("pem"),
    "front-proxy-ca.key": await privatePem(frontProxyCa.keys),
  };
  const add = async (name: string, issuer: Certified, subject: string, names?: readonly x509.JsonGeneralName[]) => {
    const leaf = await issueCertificate(issuer, subject, names);
    files[`${name}.crt`] = leaf.certificate.toString("pem");
    files[`${name}.key`] = await privatePem(leaf.keys);
  };
  await add("apiserver", ca, "CN=kube-apiserver", servingNames(serviceSubnet));
  await add("etcd", ca, "CN=etcd", loopbackNames);
  await add("front-proxy-client", frontProxyCa, "CN=front-proxy-client");
  for (const [name, client] of Object.entries(clients)) {
    await add(name, ca, `CN=${client.user}${"group" in client ? `,O=${client.group}` : ""}`);
  }
  const serviceAccounts = await keyPair();
  files["service-account.key"] = await privatePem(serviceAccounts);
  files["service-account.pub"] = pem("PUBLIC KEY", await webcrypto.subtle.exportKey("spki", serviceAccounts.publicKey));
  return files;
}

/** Writes the files of `createPki`, for their owner's eyes only. */
export function writePki(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) writeAtomically(join(folder, name), text);
}

function servingNames(serviceSubnet: string): x509.JsonGeneralName[] {
  const inCluster = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ];
  return [
    ...loopbackNames,
    { type: "ip", value: serviceAddress(serviceSubnet, 1) },
    ...inCluster.map((value) => ({ type: "dns" as const, value })),
  ];
}
