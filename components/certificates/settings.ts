// Settings of the certificates that browsers and other servers see.
import { z } from "zod";
import { secretSchema } from "../shapes.ts";

const certificateKinds = ["managed", "uploaded", "acme"] as const;

const challenges = ["http-01", "dns-01"] as const;

/** Let's Encrypt's directory for certificates that browsers trust (letsencrypt.org/docs/acme-protocol-updates, 2026). */
const letsEncryptDirectory = "https://acme-v02.api.letsencrypt.org/directory";

const acmeSchema = z.strictObject({
  server: z
    .url({ protocol: /^https$/, error: "must be the https address of an ACME directory" })
    .default(letsEncryptDirectory)
    .describe("the authority's ACME directory; another than Let's Encrypt's also needs dns.certificateAuthorities"),
  email: z
    .email({ error: "must be a mail address" })
    .optional()
    .describe("where the authority writes to; Let's Encrypt needs none"),
  challenge: z
    .enum(challenges, { error: `must be one of: ${challenges.join(", ")}` })
    .default("http-01")
    .describe("how the host names are proved; dns-01 needs the zone at Route 53"),
});

export const certificatesSettingsSchema = z.strictObject({
  kind: z
    .enum(certificateKinds, { error: `must be one of: ${certificateKinds.join(", ")}` })
    .default("managed")
    .describe(
      "managed: DigitalOcean gets and renews them, with the zone there; uploaded: your own, as secrets; acme: the cluster gets the site's",
    ),
  acme: acmeSchema.prefault({}),
});

/** What a certificate is for: the site and streaming, or one of the CDN's host names. */
export const certificateUses = ["edge", "media", "assets", "docs"] as const;

export type CertificateUse = (typeof certificateUses)[number];

const uploadedSchema = (use: CertificateUse) =>
  z.strictObject({
    certificate: secretSchema(`secrets.certificates.${use}.certificate`),
    chain: secretSchema(`secrets.certificates.${use}.chain`).optional(),
    privateKey: secretSchema(`secrets.certificates.${use}.privateKey`),
  });

/** An operator's own certificates, as PEM. The chain may stand behind the certificate, as most authorities hand it out. */
export const uploadedCertificatesSchema = z.strictObject({
  edge: uploadedSchema("edge").optional(),
  media: uploadedSchema("media").optional(),
  assets: uploadedSchema("assets").optional(),
  docs: uploadedSchema("docs").optional(),
});

export type CertificatesSettings = z.infer<typeof certificatesSettingsSchema>;
export type UploadedCertificateSettings = NonNullable<z.infer<typeof uploadedCertificatesSchema>[CertificateUse]>;
