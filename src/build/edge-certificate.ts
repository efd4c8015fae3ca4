// Builds what the cluster needs to get the site's certificate by itself, where the settings want it to.
import type * as pulumi from "@pulumi/pulumi";
import { Address4 } from "ip-address";
import { AcmeCertificate, type AcmeCertificateArgs } from "../../components/certificates/acme-certificate.ts";
import { CertManager } from "../../components/certificates/cert-manager/cert-manager.ts";
import type { TlsArgs } from "../../components/mastodon/args.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import { certificateHosts } from "../certificate-sources.ts";
import { providerOf } from "../providers.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Zoned } from "./zone.ts";

/**
 * Place of the edge's inner Service in the range of Services: in the lower part, which Kubernetes leaves to those who choose themselves
 * (kubernetes.io, "Service ClusterIP allocation"), behind what DigitalOcean takes there.
 */
const insidePlace = 80n;

function insideAddress(serviceSubnet: string): string {
  return Address4.fromBigInt(new Address4(serviceSubnet).startAddress().bigInt() + insidePlace).correctForm();
}

/** Where TLS ends. */
export function tlsArgs({ settings }: Context, zoned: Zoned): TlsArgs {
  return settings.certificates.kind === "acme"
    ? { at: "edge", insideAddress: insideAddress(settings.kubernetes.serviceSubnet) }
    : { at: "loadBalancer", certificateName: zoned.edge.certificateName };
}

export interface EdgeCertificateParts {
  readonly compute: Compute;
  readonly zoned: Zoned;
  readonly mastodon: Mastodon;
  /** The records, which the authority follows. */
  readonly placed: readonly pulumi.Resource[];
}

/** cert-manager and the certificate, with certificates.kind acme only. */
export function buildEdgeCertificate(context: Context, parts: EdgeCertificateParts): void {
  const { settings } = context;
  const { compute, zoned, mastodon, placed } = parts;
  if (settings.certificates.kind !== "acme") return;
  const { kubernetes: provider } = compute;
  const hosts = certificateHosts("edge", settings);
  const aliases = { address: insideAddress(settings.kubernetes.serviceSubnet), hosts };
  const manager = new CertManager("cert-manager", { provider, acme: settings.certificates.acme, aliases });
  new AcmeCertificate(
    "edge-certificate",
    {
      prefix: settings.name,
      namespace: mastodon.namespace,
      hosts,
      settings: settings.certificates.acme,
      provider,
      ...zoneOf(context, zoned),
    },
    { dependsOn: [manager, mastodon, ...placed] },
  );
}

function zoneOf({ settings, providers }: Context, { zone }: Zoned): Pick<AcmeCertificateArgs, "zone"> {
  if (settings.certificates.acme.challenge === "http-01" || zone.hostedZoneId === undefined) return {};
  const { region } = settings.mail;
  return { zone: { zoneId: zone.hostedZoneId, region, provider: providerOf(providers.aws, region) } };
}
