// Certificates: only combinations that can be had, and uploaded ones that browsers will take.
import { daysLeft, inspectCertificate, type PemTexts } from "../../components/certificates/inspect.ts";
import {
  type CertificateUse,
  certificateUses,
  type UploadedCertificateSettings,
} from "../../components/certificates/settings.ts";
import type { Problem } from "../../components/problem.ts";
import { secretCommand } from "../../components/shapes.ts";
import { certificateHosts, usesWith } from "../certificate-sources.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

type CertificateSettings = Pick<Settings, "dns" | "cdn" | "certificates">;

/** DigitalOcean proves host names by records that it makes itself, in a zone of its own (facts/digitalocean.md trap 18). */
export function assertCertificatesPossible({ dns, cdn, certificates }: CertificateSettings): Problem[] {
  if (certificates.kind !== "managed" || dns.kind === "digitalocean") return [];
  const acme =
    cdn.kind === "spaces"
      ? "acme (the cluster gets the site's from Let's Encrypt; those of media, assets and docs are uploaded, or Amazon's with cdn.kind cloudfront)"
      : "acme (the cluster gets the site's from Let's Encrypt; those of media, assets and docs are Amazon's)";
  return [
    {
      path: "certificates.kind",
      value: certificates.kind,
      message: `needs the zone at DigitalOcean, but dns.kind is ${dns.kind}; allowed with it: uploaded (your own, as secrets), ${acme}; or set dns.kind to digitalocean`,
    },
  ];
}

/** A proof by DNS is written by the cluster, which can reach Route 53 only. */
export function assertChallengePossible({ dns, certificates }: CertificateSettings): Problem[] {
  const { kind, acme } = certificates;
  if (kind !== "acme" || acme.challenge === "http-01" || dns.kind === "route53") return [];
  return [
    {
      path: "certificates.acme.challenge",
      value: acme.challenge,
      message: `needs the zone at Route 53, but dns.kind is ${dns.kind}; use http-01`,
    },
  ];
}

/** Ahead of the bytes that it passes on, the load balancer tells one address: that of whoever connects to it. */
export function assertNoFurtherProxies({
  certificates,
  mastodon,
}: Pick<Settings, "certificates" | "mastodon">): Problem[] {
  if (certificates.kind !== "acme" || mastodon.trustedProxies.length === 0) return [];
  return [
    {
      path: "mastodon.trustedProxies",
      value: mastodon.trustedProxies,
      message:
        "cannot be with certificates.kind acme: TLS ends behind the load balancer, which hides what a proxy in front of it says; remove them, or use managed or uploaded",
    },
  ];
}

/** Whatever is to be uploaded must be there, and nothing else may be: a certificate that nobody uses would end unseen. */
export function assertUploadsGiven(settings: CertificateSettings & Pick<Settings, "secrets">): Problem[] {
  const wanted = usesWith("uploaded", settings);
  const given = settings.secrets.certificates;
  const missing = wanted
    .filter((use) => given[use] === undefined)
    .map((use) => ({
      path: `secrets.certificates.${use}`,
      message: `is missing: the certificate of ${use} is uploaded with certificates.kind ${settings.certificates.kind}, dns.kind ${settings.dns.kind} and cdn.kind ${settings.cdn.kind}; set certificate and privateKey as PEM, each with: ${uploadCommand(use)}`,
    }));
  const unused = certificateUses
    .filter((use) => given[use] !== undefined && !wanted.includes(use))
    .map((use) => ({
      path: `secrets.certificates.${use}`,
      message: `is not used with certificates.kind ${settings.certificates.kind} and cdn.kind ${settings.cdn.kind}; remove it`,
    }));
  return [...missing, ...unused];
}

const uploadCommand = (use: CertificateUse) => `${secretCommand(`secrets.certificates.${use}.certificate`)} < file`;

type UploadSettings = CertificateSettings & Pick<Settings, "secrets" | "domains">;

/** Uploaded certificates are whole, for the right host names, and in force. */
export function assertUploadsUsable(settings: UploadSettings, now = new Date()): Problem[] {
  return uploads(settings).flatMap(({ use, texts }) =>
    inspectCertificate(texts, certificateHosts(use, settings), now).map(({ part, message }) => ({
      path: `secrets.certificates.${use}.${part}`,
      message,
    })),
  );
}

/** A line for each uploaded certificate that ends soon. Nobody renews it but its operator. */
export function certificateWarnings(settings: UploadSettings & Pick<Settings, "monitoring">, now: Date): string[] {
  return uploads(settings)
    .map(({ use, texts }) => ({ use, days: daysLeft(texts, now) }))
    .filter(({ days }) => days < settings.monitoring.certificateDays)
    .map(
      ({ use, days }) =>
        `mastodon:secrets.certificates.${use}.certificate: ends in ${days} days; get a new one and set it with: ${uploadCommand(use)}`,
    );
}

/** Those that are used and whose texts are known: a stack file is also read without its passphrase. */
function uploads(settings: UploadSettings) {
  return usesWith("uploaded", settings).flatMap((use) => {
    const given = settings.secrets.certificates[use];
    return given?.certificate.isKnown && given.privateKey.isKnown ? [{ use, texts: pemTexts(given) }] : [];
  });
}

/** The texts of an uploaded certificate. */
export function pemTexts({ certificate, chain, privateKey }: UploadedCertificateSettings): PemTexts {
  return { certificate: certificate.reveal(), chain: chain?.reveal(), privateKey: privateKey.reveal() };
}

export const certificatesRules = [
  rule(["dns", "cdn", "certificates"], assertCertificatesPossible),
  rule(["dns", "cdn", "certificates"], assertChallengePossible),
  rule(["certificates", "mastodon"], assertNoFurtherProxies),
  rule(["dns", "cdn", "certificates", "secrets"], assertUploadsGiven),
  rule(["dns", "cdn", "certificates", "secrets", "domains"], (settings) => assertUploadsUsable(settings)),
];
