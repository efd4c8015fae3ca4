// The site's certificate from an ACME authority: how its host names are proved, and which Secret it goes to.
import type { CertificatesSettings } from "./settings.ts";

/** The account's key at the authority, made by cert-manager. */
const accountKeySecret = "certificate-account";

/** Secret with the key of the login that writes proofs into a zone of Route 53. */
export const zoneLoginSecret = "certificate-zone-login";
export const zoneLoginKey = "secret-access-key";

/** A login that may write proofs into a zone. */
export interface ZoneLogin<Value> {
  readonly zoneId: Value;
  readonly region: string;
  readonly accessKeyId: Value;
}

/** What cert-manager's Issuer is told. The pods that answer for HTTP proofs are found by their labels, so no ingress controller is meant. */
export function issuerSpec<Value>(acme: CertificatesSettings["acme"], login: ZoneLogin<Value> | undefined) {
  return {
    acme: {
      server: acme.server,
      ...(acme.email === undefined ? {} : { email: acme.email }),
      privateKeySecretRef: { name: accountKeySecret },
      solvers: [login === undefined ? httpSolver : dnsSolver(login)],
    },
  };
}

const httpSolver = { http01: { ingress: { ingressClassName: "none", serviceType: "ClusterIP" } } };

function dnsSolver<Value>({ zoneId, region, accessKeyId }: ZoneLogin<Value>) {
  return {
    dns01: {
      route53: {
        region,
        hostedZoneID: zoneId,
        accessKeyID: accessKeyId,
        secretAccessKeySecretRef: { name: zoneLoginSecret, key: zoneLoginKey },
      },
    },
  };
}

/** What cert-manager's Certificate is told: an elliptic key, as browsers have it fastest, and another one at each renewal. */
export function certificateSpec(hosts: readonly string[], secretName: string, issuerName: string) {
  return {
    secretName,
    dnsNames: [...hosts],
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    issuerRef: { kind: "Issuer", name: issuerName },
  };
}

/** What the login may do: write texts below `_acme-challenge` in this one zone (cert-manager docs, ACME DNS01 Route53, 2026). */
export function zoneLoginPolicy(zoneId: string, hosts: readonly string[]) {
  const zone = `arn:aws:route53:::hostedzone/${zoneId}`;
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
      { Effect: "Allow", Action: "route53:ListResourceRecordSets", Resource: zone },
      {
        Effect: "Allow",
        Action: "route53:ChangeResourceRecordSets",
        Resource: zone,
        Condition: {
          "ForAllValues:StringEquals": {
            "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"],
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": hosts.map((host) => `_acme-challenge.${host}`),
          },
        },
      },
    ],
  };
}
