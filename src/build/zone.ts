// Builds the zone, whoever serves it, and the certificates of the host names in it.
import * as pulumi from "@pulumi/pulumi";
import { UploadedCertificate } from "../../components/certificates/uploaded.ts";
import type { CertificateUse } from "../../components/certificates/settings.ts";
import { ManagedCertificate } from "../../components/dns/certificate.ts";
import { withTtl } from "../../components/dns/moves.ts";
import { zoneFileValue } from "../../components/dns/notation.ts";
import { absoluteName, type RecordPlan } from "../../components/dns/records.ts";
import { RecordSets, HostedZone } from "../../components/dns/route53.ts";
import { digitaloceanNameServers, Records, Zone } from "../../components/dns/zone.ts";
import { certificateHosts, certificateSource } from "../certificate-sources.ts";
import { issuerRecords } from "../dns-plan.ts";
import { providerOf } from "../providers.ts";
import { certificateWarnings, pemTexts } from "../rules/certificates.ts";
import type { Context } from "./context.ts";

type Placed = RecordPlan<pulumi.Output<string>>;

/** The zone as the rest of the program knows it. */
interface ServedZone {
  /** Name servers that the registrar must be told; none where somebody else serves the zone. */
  readonly nameServers: pulumi.Output<string[]>;
  /** Id at Route 53. */
  readonly hostedZoneId?: pulumi.Output<string>;
  /** DigitalOcean's URN, for the project. */
  readonly domainUrn?: pulumi.Output<string>;
  /** What has to be there before a certificate can be asked for: the zone, and in it the records that say who may issue one. */
  readonly dependencies: readonly pulumi.Resource[];
  /** Puts records of their own into the zone; returns what made them, and nothing where somebody else has to. */
  readonly place: (name: string, records: readonly Placed[]) => pulumi.Resource[];
  /** Puts all other records of the server beside those that say who may issue certificates; returns what made them all. */
  readonly complete: (records: readonly Placed[]) => pulumi.Resource[];
}

export type Zoned = ReturnType<typeof buildZone>;

/** The zone and the certificates. */
export function buildZone(context: Context) {
  const zone = zoneKinds[context.settings.dns.kind](context);
  for (const warning of certificateWarnings(context.settings, new Date())) void pulumi.log.warn(warning);
  const certificate = (use: CertificateUse) => buildCertificate(context, zone, use);
  return {
    zone,
    edge: certificate("edge"),
    media: certificate("media"),
    assets: certificate("assets"),
    docs: certificate("docs"),
  };
}

const zoneKinds: Readonly<Record<Context["settings"]["dns"]["kind"], (context: Context) => ServedZone>> = {
  digitalocean: digitaloceanZone,
  route53: route53Zone,
  external: externalZone,
};

function digitaloceanZone(context: Context): ServedZone {
  const { settings, inMainAccount, zone: zoneName } = context;
  const zone = new Zone("dns", { zone: zoneName, protect: settings.protect }, inMainAccount);
  return {
    nameServers: pulumi.output(digitaloceanNameServers),
    domainUrn: zone.domainUrn,
    ...recordsIn(
      context,
      zone,
      (name, records) => new Records(name, { zone: zone.zone, zoneName, records }, inMainAccount),
    ),
  };
}

/** Route 53 is the same from every region. */
function route53Zone(context: Context): ServedZone {
  const { settings, providers, zone: zoneName } = context;
  const { zoneId } = settings.dns.route53;
  const options = { providers: [providerOf(providers.aws, settings.mail.region)] };
  const zone = new HostedZone("dns", { zone: zoneName, zoneId, protect: settings.protect }, options);
  return {
    nameServers: zone.nameServers,
    hostedZoneId: zone.zoneId,
    ...recordsIn(
      context,
      zone,
      (name, records) => new RecordSets(name, { zoneId: zone.zoneId, zoneName, records }, options),
    ),
  };
}

type TimedRecords = ReturnType<typeof timed<pulumi.Output<string>>>;

/** The records of a zone that the stack serves: those that say who may issue certificates at once, the others later. */
function recordsIn(
  context: Context,
  zone: pulumi.Resource,
  make: (name: string, records: TimedRecords) => Records | RecordSets,
): Pick<ServedZone, "dependencies" | "place" | "complete"> {
  const server = make("records", timed(context, issuerRecords(context.settings)));
  return {
    dependencies: [zone, ...server.first],
    place: (name, records) => [make(name, timed(context, records))],
    complete: (records) => [server, ...server.add(timed(context, records))],
  };
}

/**
 * What is placed apart from all other records is waited for, as the proofs of certificates are, so it is shown as soon as it is known. The
 * rest is an output.
 */
function externalZone({ zone }: Context): ServedZone {
  const ask = (record: Placed): void => {
    pulumi.output(record).apply((known) => {
      const line = `${absoluteName(known.name, zone)}. ${known.type} ${zoneFileValue(known)}`;
      return pulumi.log.warn(`create this record now and keep it; the update waits for it: ${line}`);
    });
  };
  return {
    nameServers: pulumi.output([]),
    dependencies: [],
    place(_name, records) {
      for (const record of records) ask(record);
      return [];
    },
    complete: () => [],
  };
}

/** The records with their time to live of today. */
export function timed<Value>({ settings, zone, today }: Context, records: readonly RecordPlan<Value>[]) {
  return withTtl(records, { domains: settings.domains, zone, dns: settings.dns, today });
}

interface NamedCertificate {
  readonly certificateName: pulumi.Output<string>;
}

/** The certificate at DigitalOcean. Where the cluster or the CDN has its own there is none, and nobody may ask for its name. */
function buildCertificate(context: Context, zone: ServedZone, use: CertificateUse): NamedCertificate {
  const { settings, inMainAccount } = context;
  const prefix = `${settings.name}-${use}`;
  const source = certificateSource(use, settings);
  const given = settings.secrets.certificates[use];
  if (source === "managed")
    return new ManagedCertificate(
      `certificate-${use}`,
      { prefix, domains: certificateHosts(use, settings) },
      { ...inMainAccount, dependsOn: [...zone.dependencies] },
    );
  if (source === "uploaded" && given !== undefined)
    return new UploadedCertificate(`certificate-${use}`, { prefix, pem: pemTexts(given) }, inMainAccount);
  return {
    get certificateName(): never {
      throw new Error(`no certificate for ${use} at DigitalOcean: its source is ${source}`);
    },
  };
}
