// The local cloud's own certificate authority: it signs the certificates of the servers behind stores, and clients trust it by its file.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { getCACertificates } from "node:tls";
import { createAuthority, issueCertificate, loopbackNames, privatePem, readAuthority } from "../certificates.ts";
import { writeAtomically } from "../processes/files.ts";

/** A certificate and its key as PEM files. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Where the authority in a folder lies. Clients need the certificate only, for example as `SSL_CERT_FILE`. */
export function authorityFiles(folder: string): CertificateFiles {
  return { certificate: join(folder, "ca.crt"), key: join(folder, "ca.key") };
}

/**
 * Makes the authority if there is none yet; of several processes that want it, one makes it and all use it.
 * @param folder Holds nothing but the authority.
 * @param name Its common name, for people who look at a certificate.
 */
export async function ensureAuthority(folder: string, name = "mastodon-local-cloud"): Promise<CertificateFiles> {
  const files = authorityFiles(folder);
  if (existsSync(files.certificate)) return files;
  const authority = await createAuthority(name);
  const draft = `${folder}.${process.pid}.draft`;
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  const drafts = authorityFiles(draft);
  writeAtomically(drafts.key, await privatePem(authority.keys));
  writeAtomically(drafts.certificate, authority.certificate.toString("pem"));
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  try {
    renameSync(draft, folder); // fails where another process was faster: a folder with files in it is never replaced
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(files.certificate)) throw error;
  }
  return files;
}

/** A file with the authority and all that this machine trusts anyway, for clients that trust exactly one file. */
export function trustBundle(folder: string): string {
  const file = join(folder, "trusted.crt");
  const system = getCACertificates("system");
  const others = system.length > 0 ? system : getCACertificates("bundled");
  writeAtomically(file, [readFileSync(authorityFiles(folder).certificate, "utf8"), ...others].join("\n"));
  return file;
}

/**
 * Gives a server on this machine (127.0.0.1 and localhost) a certificate of the authority, if it has none yet.
 * @param folder Where `server.crt` and `server.key` are written; it must exist.
 * @param address Another loopback address that the server listens on.
 */
export async function ensureServerCertificate(
  authority: CertificateFiles,
  folder: string,
  address = "127.0.0.1",
): Promise<CertificateFiles> {
  const files = { certificate: join(folder, "server.crt"), key: join(folder, "server.key") };
  if (existsSync(files.certificate)) return files;
  const issuer = await readAuthority(readFileSync(authority.certificate, "utf8"), readFileSync(authority.key, "utf8"));
  const leaf = await issueCertificate(issuer, "CN=localhost", namesAt(address));
  writeAtomically(files.key, await privatePem(leaf.keys));
  writeAtomically(files.certificate, leaf.certificate.toString("pem"));
  return files;
}

function namesAt(address: string) {
  return address === "127.0.0.1" ? loopbackNames : [...loopbackNames, { type: "ip" as const, value: address }];
}
