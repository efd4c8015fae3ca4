// Which values DigitalOcean's plugin refuses for networks, names and certificates. Source: as in value-rules.ts.
import { atLeast, between, lengthBetween, notEmpty, oneOf, oneOfAnyCase } from "../shared/rules.ts";
import { cidr, filled, firewallRules, ipv4, notEmptyAll, port, type Rules, tag, tags } from "./common-rules.ts";

/** Rules by class name. */
export const networkRules: Readonly<Record<string, Rules>> = {
  Vpc: { ...notEmptyAll("name", "region"), description: lengthBetween(0, 255), ipRange: cidr },
  VpcPeering: { name: notEmpty },
  Firewall: {
    name: notEmpty,
    tags,
    ...firewallRules("inboundRules", "source"),
    ...firewallRules("outboundRules", "destination"),
  },
  LoadBalancer: {
    ...notEmptyAll("name", "vpcUuid", "healthcheck.path", "forwardingRules.certificateName", "domains.name"),
    size: oneOf("lb-small", "lb-medium", "lb-large"),
    sizeUnit: between(1, 200),
    algorithm: oneOf("round_robin", "least_connections"),
    type: oneOfAnyCase("REGIONAL", "GLOBAL", "REGIONAL_NETWORK"),
    network: oneOfAnyCase("EXTERNAL", "INTERNAL"),
    networkStack: oneOfAnyCase("IPV4", "DUALSTACK"),
    tlsCipherPolicy: oneOfAnyCase("DEFAULT", "STRONG"),
    dropletTag: tag,
    "forwardingRules.entryProtocol": oneOf("http", "https", "http2", "http3", "tcp", "udp"),
    "forwardingRules.entryPort": port,
    "forwardingRules.targetProtocol": oneOf("http", "https", "http2", "tcp", "udp"),
    "forwardingRules.targetPort": port,
    "healthcheck.protocol": oneOf("http", "https", "tcp"),
    "healthcheck.port": port,
    "healthcheck.checkIntervalSeconds": between(3, 300),
    "healthcheck.responseTimeoutSeconds": between(3, 300),
    "healthcheck.unhealthyThreshold": between(2, 10),
    "healthcheck.healthyThreshold": between(2, 10),
    "stickySessions.type": oneOf("cookies", "none"),
    "stickySessions.cookieName": lengthBetween(2, 40),
    "stickySessions.cookieTtlSeconds": atLeast(1),
  },
  ReservedIp: { ipAddress: ipv4 },
  ReservedIpAssignment: { ipAddress: ipv4 },
  Domain: notEmptyAll("name", "ipAddress"),
  DnsRecord: {
    ...notEmptyAll("domain", "name"),
    type: oneOf("A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA"),
    port: between(0, 65_535),
    priority: between(0, 65_535),
    weight: between(0, 65_535),
    ttl: atLeast(1),
    flags: between(0, 255),
    tag: oneOf("issue", "issuewild", "iodef"),
  },
  Certificate: {
    ...notEmptyAll("name", "privateKey", "leafCertificate", "certificateChain"),
    domains: filled,
    type: oneOf("custom", "lets_encrypt"),
  },
  Cdn: { origin: notEmpty, ttl: atLeast(0) },
};
