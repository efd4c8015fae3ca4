// What DigitalOcean would answer: ids and computed outputs in the forms that terraform-provider-digitalocean 2.99 gives
// (facts/digitalocean.md section 6), for every type that the local cloud knows.
import { databaseAnswers } from "./digitalocean-databases.ts";
import { type AnswerOf, capitals, certificatePem, hex, madeAt, number, secretText, textOf, uuid } from "./values.ts";

const byUuid =
  (outputs: (id: string) => Record<string, unknown> = () => ({})): AnswerOf =>
  (_inputs, name) => ({ id: uuid(name), outputs: outputs(uuid(name)) });

/** Buckets' parts are named by their bucket. */
const byBucket: AnswerOf = ({ bucket }) => ({ id: textOf(bucket) });

const kubernetesCluster: AnswerOf = ({ region, ha }, name) => {
  const id = uuid(name);
  const host = `https://${id}.k8s.ondigitalocean.com`;
  const kubeConfig = {
    rawConfig: kubeconfig(host, textOf(region)),
    host,
    token: `dop_v1_${hex(`token ${name}`, 64)}`,
    clusterCaCertificate: Buffer.from(certificatePem).toString("base64"),
    expiresAt: "2026-01-08T00:00:00Z",
  };
  return {
    id,
    outputs: {
      clusterUrn: `do:kubernetes:${id}`,
      endpoint: host,
      ...(ha !== true && { ipv4Address: "203.0.113.5" }), // one with high availability has none
      kubeConfigs: [kubeConfig],
      status: "running",
      createdAt: madeAt,
      updatedAt: madeAt,
    },
  };
};

function kubeconfig(server: string, region: string): string {
  const cluster = { name: `do-${region}`, cluster: { server } };
  return `${JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: [cluster], contexts: [], users: [] })}\n`;
}

const droplet: AnswerOf = (_inputs, name) => ({
  id: number(name),
  outputs: {
    dropletUrn: `do:droplet:${number(name)}`,
    ipv4Address: "203.0.113.20",
    ipv4AddressPrivate: "10.120.0.20",
    ipv6Address: "2001:db8::20",
    status: "active",
    createdAt: madeAt,
  },
});

const certificate: AnswerOf = ({ name }, logicalName) => ({
  id: textOf(name),
  outputs: {
    uuid: uuid(logicalName),
    state: "verified",
    notAfter: "2026-04-01T00:00:00Z",
    sha1Fingerprint: hex(logicalName, 40),
  },
});

const spacesBucket: AnswerOf = ({ name, region }) => {
  const endpoint = `${textOf(region, "nyc3")}.digitaloceanspaces.com`;
  const bucketDomainName = `${textOf(name)}.${endpoint}`;
  return { id: textOf(name), outputs: { bucketUrn: `do:space:${textOf(name)}`, bucketDomainName, endpoint } };
};

const spacesKey: AnswerOf = ({ name }) => {
  const accessKey = `DO00${capitals(textOf(name), 16)}`;
  return { id: accessKey, outputs: { accessKey, secretKey: secretText("spaces"), createdAt: madeAt } };
};

const spacesObject: AnswerOf = ({ key, content, contentBase64 }) => ({
  id: textOf(key),
  outputs: { etag: hex(textOf(content, textOf(contentBase64)), 32), versionId: hex(textOf(key), 32) },
});

const registry: AnswerOf = ({ name }) => ({
  id: textOf(name),
  outputs: { endpoint: `registry.digitalocean.com/${textOf(name)}`, serverUrl: "registry.digitalocean.com" },
});

const reservedIp: AnswerOf = () => ({
  id: "203.0.113.30",
  outputs: { ipAddress: "203.0.113.30", reservedIpUrn: "do:reservedip:203.0.113.30" },
});

/** By class name. */
export const digitaloceanAnswers: Readonly<Record<string, AnswerOf>> = {
  ...databaseAnswers,
  Cdn: ({ origin }, name) => ({
    id: uuid(name),
    outputs: { endpoint: textOf(origin).replace(".digitaloceanspaces", ".cdn.digitaloceanspaces"), createdAt: madeAt },
  }),
  Certificate: certificate,
  ContainerRegistry: registry,
  DnsRecord: ({ domain, name }, logicalName) => ({
    id: number(logicalName),
    outputs: { fqdn: name === "@" ? textOf(domain) : `${textOf(name)}.${textOf(domain)}` },
  }),
  Domain: ({ name }) => ({ id: textOf(name), outputs: { domainUrn: `do:domain:${textOf(name)}`, ttl: 1800 } }),
  Droplet: droplet,
  DropletSnapshot: (_inputs, name) => ({ id: number(name) }),
  Firewall: byUuid(() => ({ status: "succeeded", createdAt: madeAt })),
  KubernetesCluster: kubernetesCluster,
  KubernetesNodePool: ({ nodeCount, minNodes }, name) => ({
    id: uuid(name),
    outputs: { actualNodeCount: Number(nodeCount ?? minNodes ?? 1), nodes: [] },
  }),
  LoadBalancer: byUuid((id) => ({
    ip: "203.0.113.10",
    ipv6: "2001:db8::10",
    loadBalancerUrn: `do:loadbalancer:${id}`,
    status: "active",
  })),
  MonitorAlert: byUuid((id) => ({ uuid: id })),
  Project: byUuid(() => ({ ownerUuid: uuid("owner"), ownerId: 1, createdAt: madeAt, updatedAt: madeAt })),
  ProjectResources: ({ project }) => ({ id: textOf(project) }),
  ReservedIp: reservedIp,
  ReservedIpAssignment: ({ ipAddress }, name) => ({ id: `${number(name)}-${textOf(ipAddress)}` }),
  ReservedIpv6: () => ({
    id: "2001:db8::30",
    outputs: { ip: "2001:db8::30", reservedIpv6Urn: "do:reservedipv6:2001:db8::30" },
  }),
  SpacesBucket: spacesBucket,
  SpacesBucketCorsConfiguration: byBucket,
  SpacesBucketLogging: byBucket,
  SpacesBucketObject: spacesObject,
  SpacesBucketPolicy: byBucket,
  SpacesKey: spacesKey,
  SshKey: (_inputs, name) => ({
    id: number(name),
    outputs: { fingerprint: hex(name, 32).replace(/(..)(?=.)/g, "$1:") },
  }),
  Tag: ({ name }) => ({ id: textOf(name), outputs: { totalResourceCount: 0 } }),
  UptimeAlert: byUuid(),
  UptimeCheck: byUuid(),
  Volume: byUuid((id) => ({ volumeUrn: `do:volume:${id}`, dropletIds: [] })),
  VolumeAttachment: (_inputs, name) => ({ id: `${number(name)}-${uuid(name)}` }),
  Vpc: byUuid((id) => ({ vpcUrn: `do:vpc:${id}`, default: false, createdAt: madeAt })),
  VpcNatGateway: byUuid(() => ({ state: "ACTIVE", egresses: [{ publicGateways: [{ ipv4: "203.0.113.40" }] }] })),
  VpcPeering: byUuid(() => ({ status: "ACTIVE", createdAt: madeAt })),
};
