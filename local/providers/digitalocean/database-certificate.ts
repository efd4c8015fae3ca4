// The certificate authority of a database cluster: made when first asked for, and kept with the cluster.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { storeMark } from "../../stores/marks.ts";
import { authorityFolder } from "../../stores/record.ts";
import type { Context, StoredObject } from "../contract.ts";
import { text } from "../shared/values.ts";

/** Where it is kept in the cluster's object; keys with two underscores never reach Pulumi. */
const certificateKey = "__ca";

const years = 10;

/** The authority's certificate as PEM; real servers have theirs from the local cloud's own authority. */
export async function databaseCertificate(
  { account, home }: Pick<Context, "account" | "home">,
  cluster: StoredObject,
): Promise<string> {
  if (text(cluster.object, storeMark) !== undefined) return readFileSync(join(authorityFolder(home), "ca.crt"), "utf8");
  const known = text(cluster.object, certificateKey);
  if (known) return known;
  const made = await selfSigned(`${text(cluster.object, "name")} database CA`);
  // Two processes may ask at once: the first one's certificate counts.
  return account.transaction(() => {
    const now = account.get(cluster.type, cluster.id)?.object ?? cluster.object;
    const first = text(now, certificateKey);
    if (first) return first;
    account.put(cluster.type, cluster.id, { ...now, [certificateKey]: made });
    return made;
  });
}

async function selfSigned(name: string): Promise<string> {
  await import("reflect-metadata");
  const { BasicConstraintsExtension, X509CertificateGenerator } = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const notBefore = new Date();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name.replaceAll(/[^\w .-]/g, "")}`,
    notBefore,
    notAfter: new Date(notBefore.getTime() + years * 365 * 86_400_000),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  return `${certificate.toString("pem")}\n`;
}
