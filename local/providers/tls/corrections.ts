// What tls's declarations do not show: replacements and defaults. Only the early-renewal window can be changed in place.
// Source: schemas in terraform-provider-tls, internal/provider/resource_*.go and common_cert.go, read 2026-11-23.
import type { Corrections } from "../declared-types.ts";

const names = ["dnsNames", "ipAddresses", "subject", "uris"];
const ownKey = ["privateKeyPem", "privateKeyPemWoVersion"];
const certificate = ["allowedUses", "isCaCertificate", "maxPathLength", "setSubjectKeyId", "validityPeriodHours"];
const certificateDefaults = { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false };

/** Corrections of a type, by its class name. */
export const corrections: Readonly<Record<string, Corrections>> = {
  CertRequest: { replaces: [...names, ...ownKey] },
  LocallySignedCert: {
    replaces: [...certificate, "caCertPem", "caPrivateKeyPem", "caPrivateKeyPemWoVersion", "certRequestPem"],
    defaults: certificateDefaults,
  },
  PrivateKey: { replaces: "every input", defaults: { ecdsaCurve: "P224", rsaBits: 2048 } },
  SelfSignedCert: {
    replaces: [...certificate, ...names, ...ownKey, "setAuthorityKeyId"],
    defaults: { ...certificateDefaults, setAuthorityKeyId: false },
  },
};
