// Reads an operator's certificate and says what is wrong with it, before a cloud does or a browser.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { dateOf, dayMs } from "../dates.ts";

/** A certificate, its chain and its key as PEM texts. */
export interface PemTexts {
  readonly certificate: string;
  readonly chain?: string | undefined;
  readonly privateKey: string;
}

/** The parts as an upload takes them: the chain never repeats the certificate. */
export interface CertificateParts {
  readonly leaf: string;
  readonly chain: string;
  readonly privateKey: string;
}

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Leaf and chain, wherever the chain was given. */
export function certificateParts({ certificate, chain, privateKey }: PemTexts): CertificateParts {
  const [leaf = "", ...behind] = certificate.match(pemBlock) ?? [];
  const rest = [...behind, ...(chain?.match(pemBlock) ?? [])];
  return { leaf: joined([leaf]), chain: joined([...new Set(rest)]), privateKey };
}

const joined = (blocks: readonly string[]): string => blocks.map((block) => `${block}\n`).join("");

/** The first eight digits of the certificate's SHA-256: a renewed one differs. */
export function fingerprintOf(texts: PemTexts): string {
  const { fingerprint256 } = new X509Certificate(certificateParts(texts).leaf);
  return fingerprint256.replaceAll(":", "").slice(0, 8).toLowerCase();
}

/** Days until the certificate ends, rounded down; negative when it has ended. */
export function daysLeft(texts: PemTexts, now: Date): number {
  return Math.floor((endOf(new X509Certificate(certificateParts(texts).leaf)) - now.getTime()) / dayMs);
}

export interface Finding {
  readonly part: "certificate" | "chain" | "privateKey";
  readonly message: string;
}

/** Everything that is wrong with a certificate for these hosts, now. */
export function inspectCertificate(texts: PemTexts, hosts: readonly string[], now: Date): Finding[] {
  const parts = certificateParts(texts);
  const leaf = parsed(parts.leaf);
  if (leaf === undefined)
    return [
      { part: "certificate", message: "is not a certificate in PEM; it begins with -----BEGIN CERTIFICATE-----" },
    ];
  return [...leafFindings(leaf, hosts, now), ...keyFindings(leaf, texts.privateKey), ...chainFindings(leaf, parts)];
}

function leafFindings(leaf: X509Certificate, hosts: readonly string[], now: Date): Finding[] {
  const found: string[] = [];
  if (leaf.ca) found.push("is an authority's certificate; give the server's, and the authority's as chain");
  const uncovered = hosts.filter((host) => leaf.checkHost(host, { subject: "never" }) === undefined);
  if (uncovered.length > 0)
    found.push(`does not cover ${uncovered.join(", ")}; it is for ${leaf.subjectAltName ?? "no host name"}`);
  if (endOf(leaf) <= now.getTime()) found.push(`ended on ${dateOf(endOf(leaf))}; get a new one`);
  if (Date.parse(leaf.validFrom) > now.getTime())
    found.push(`begins on ${dateOf(Date.parse(leaf.validFrom))} only; use it from then on`);
  return found.map((message) => ({ part: "certificate", message }));
}

function keyFindings(leaf: X509Certificate, pem: string): Finding[] {
  const key = parsedKey(pem);
  if (key === undefined)
    return [
      {
        part: "privateKey",
        message: "is not an unencrypted private key in PEM; it begins with -----BEGIN PRIVATE KEY-----",
      },
    ];
  if (leaf.checkPrivateKey(key)) return [];
  return [
    { part: "privateKey", message: "does not belong to the certificate; give the key that it was requested with" },
  ];
}

/** Each certificate must have been issued by the next one, or browsers that do not know the authority refuse it. */
function chainFindings(leaf: X509Certificate, { chain }: CertificateParts): Finding[] {
  const links = (chain.match(pemBlock) ?? []).map(parsed);
  let child = leaf;
  for (const [index, link] of links.entries()) {
    if (link === undefined) return [{ part: "chain", message: `has no certificate in PEM at place ${index + 1}` }];
    if (!child.checkIssued(link))
      return [
        {
          part: "chain",
          message: `is not in order: number ${index + 1} (${oneLine(link.subject)}) did not issue ${oneLine(child.subject)}; begin with the one that issued the certificate`,
        },
      ];
    child = link;
  }
  return [];
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function parsedKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

const endOf = (certificate: X509Certificate): number => Date.parse(certificate.validTo);
const oneLine = (subject: string): string => subject.replaceAll("\n", ", ");
