// The cluster's certificates and keys: two authorities, a serving certificate, one client certificate for each component.
import "reflect-metadata"; // @peculiar/x509 needs it to be loaded before itself
import { webcrypto } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { serviceAddress } from "./subnets.ts";
import { writeAtomically } from "../processes/files.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const days = 24 * 60 * 60 * 1000;
const lifetime = 3650 * days; // a laptop's cluster is thrown away long before
const backdated = 1 * days; // a clock that was set back must not lock anybody out

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

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** Makes all of a cluster's keys and certificates as PEM, by file name without `.crt`, `.key` or `.pub`. */
export async function createPki(serviceSubnet: string): Promise<Record<string, string>> {
  const ca = await authority("local-cluster");
  const frontProxyCa = await authority("local-cluster-front-proxy");
  const files: Record<string, string> = {
    "ca.crt": ca.certificate.toString("pem"),
    "ca.key": await privatePem(ca.keys),
    "front-proxy-ca.crt": frontProxyCa.certificate.toString("pem"),
    "front-proxy-ca.key": await privatePem(frontProxyCa.keys),
  };
  const add = async (name: string, issuer: Authority, subject: string, names?: x509.JsonGeneralName[]) => {
    const leaf = await certificate(issuer, subject, names);
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

const loopbackNames: x509.JsonGeneralName[] = [
  { type: "ip", value: "127.0.0.1" },
  { type: "dns", value: "localhost" },
];

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

async function authority(name: string): Promise<Authority> {
  const keys = await keyPair();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function certificate(issuer: Authority, subject: string, names?: x509.JsonGeneralName[]): Promise<Authority> {
  const keys = await keyPair();
  const purposes = [x509.ExtendedKeyUsage.clientAuth, ...(names ? [x509.ExtendedKeyUsage.serverAuth] : [])];
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(),
    subject,
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(purposes),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ...(names ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { certificate, keys };
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - backdated), notAfter: new Date(Date.now() + lifetime) };
}

async function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return pem("PRIVATE KEY", await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
}

function pem(label: string, der: ArrayBuffer): string {
  return `${x509.PemConverter.encode(der, label)}\n`;
}
