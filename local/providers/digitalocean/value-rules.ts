// Which values DigitalOcean's plugin refuses at Check, by type and property. The list is short on purpose: what only the API refuses
// (a size that does not exist, a taken name) fails at create, with the real plugin as here. Source: the documented allowed values of
// each resource, and recorded verdicts of the plugin v4.76.0.
import type { ValueRule } from "../contract.ts";
import {
  all,
  atLeast,
  between,
  each,
  isJson,
  lengthBetween,
  matches,
  notEmpty,
  oneOf,
  oneOfAnyCase,
} from "../shared/rules.ts";
import { show } from "../shared/values.ts";
import { isCidr, isIpv4 } from "./addresses.ts";
import { spacesRegions } from "./places.ts";

type Rules = Readonly<Record<string, ValueRule>>;

const notZero: ValueRule = (value) => (value === 0 ? "must not be 0" : undefined);
const cidr: ValueRule = (value) =>
  isCidr(value) ? undefined : `must be a range like 10.20.0.0/16, not ${show(value)}`;
const ipv4: ValueRule = (value) => (isIpv4(value) ? undefined : `must be an IPv4 address, not ${show(value)}`);
const tag = matches(/^[a-zA-Z0-9:\-_]{1,255}$/, "a tag of 1 to 255 letters, digits, colons, dashes and underscores");
const tags = each(tag);
const filled = each(notEmpty);
const spacesRegion = oneOfAnyCase(...spacesRegions);
const port = between(1, 65_535);
const nodePoolRules = (path: string): Rules => ({
  [`${path}name`]: notEmpty,
  [`${path}size`]: notEmpty,
  [`${path}tags`]: tags,
  [`${path}taints.effect`]: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute"),
});
const slack = (path: string): Rules => ({ [`${path}.slacks.channel`]: notEmpty, [`${path}.slacks.url`]: notEmpty });
const firewallRules = (path: string, end: string): Rules => ({
  [`${path}.protocol`]: oneOf("tcp", "udp", "icmp"),
  [`${path}.portRange`]: notEmpty,
  [`${path}.${end}Addresses`]: filled,
  [`${path}.${end}LoadBalancerUids`]: filled,
  [`${path}.${end}KubernetesIds`]: filled,
  [`${path}.${end}Tags`]: tags,
});
const notEmptyAll = (...names: readonly string[]): Rules => Object.fromEntries(names.map((name) => [name, notEmpty]));

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const kubernetes: Readonly<Record<string, Rules>> = {
  KubernetesCluster: {
    ...notEmptyAll("name", "region", "version"),
    clusterSubnet: cidr,
    serviceSubnet: cidr,
    tags,
    kubeconfigExpireSeconds: atLeast(0),
    "maintenancePolicy.day": oneOfAnyCase("any", ...weekdays),
    ...nodePoolRules("nodePool."),
  },
  KubernetesNodePool: { clusterId: notEmpty, ...nodePoolRules("") },
};

const databases: Readonly<Record<string, Rules>> = {
  DatabaseCluster: {
    ...notEmptyAll("name", "engine", "size", "region", "evictionPolicy", "privateNetworkUuid", "projectId"),
    nodeCount: notZero,
    tags,
    "maintenanceWindows.day": oneOfAnyCase(...weekdays),
  },
  DatabaseConnectionPool: {
    ...notEmptyAll("clusterId", "user", "dbName"),
    name: lengthBetween(3, 63),
    mode: oneOf("session", "transaction", "statement"),
    size: notZero,
  },
  DatabaseDb: notEmptyAll("clusterId", "name"),
  DatabaseUser: {
    ...notEmptyAll("clusterId", "name"),
    mysqlAuthPlugin: oneOf("mysql_native_password", "caching_sha2_password"),
    "settings.acls.topic": notEmpty,
    "settings.acls.permission": oneOf("admin", "consume", "produce", "produceconsume"),
    "settings.opensearchAcls.index": notEmpty,
    "settings.opensearchAcls.permission": oneOf("deny", "admin", "read", "write", "readwrite"),
  },
  DatabaseFirewall: {
    clusterId: notEmpty,
    "rules.type": oneOf("ip_addr", "droplet", "k8s", "tag", "app"),
    "rules.value": notEmpty,
  },
  DatabaseReplica: { ...notEmptyAll("clusterId", "name", "privateNetworkUuid"), tags },
  DatabaseValkeyConfig: {
    clusterId: notEmpty,
    persistence: oneOfAnyCase("off", "rdb"),
    aclChannelsDefault: oneOfAnyCase("allchannels", "resetchannels"),
  },
  DatabasePostgresqlConfig: {
    clusterId: notEmpty,
    "pgbouncers.autodbPoolMode": oneOf("session", "transaction", "statement"),
    defaultToastCompression: oneOf("lz4", "pglz"),
    logErrorVerbosity: oneOf("TERSE", "DEFAULT", "VERBOSE"),
    pgStatStatementsTrack: oneOf("all", "top", "none"),
    trackCommitTimestamp: oneOf("off", "on"),
    trackFunctions: oneOf("all", "pl", "none"),
    trackIoTiming: oneOf("off", "on"),
  },
  DatabaseOpensearchConfig: notEmptyAll("clusterId"),
};

const network: Readonly<Record<string, Rules>> = {
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

const insights = (kind: string, ...names: readonly string[]) => names.map((name) => `v1/${kind}/${name}`);
const alertTypes = [
  ...insights(
    "insights/droplet",
    "load_1",
    "load_5",
    "load_15",
    "memory_utilization_percent",
    "disk_utilization_percent",
    "cpu",
  ),
  ...insights("insights/droplet", "disk_read", "disk_write", "public_outbound_bandwidth", "public_inbound_bandwidth"),
  ...insights("insights/droplet", "private_outbound_bandwidth", "private_inbound_bandwidth"),
  ...insights("insights/lbaas", "avg_cpu_utilization_percent", "connection_utilization_percent", "droplet_health"),
  ...insights("insights/lbaas", "tls_connections_per_second_utilization_percent", "high_http_request_response_time"),
  ...insights(
    "insights/lbaas",
    "increase_in_http_error_rate_percentage_5xx",
    "increase_in_http_error_rate_percentage_4xx",
  ),
  ...insights("insights/lbaas", "increase_in_http_error_rate_count_5xx", "increase_in_http_error_rate_count_4xx"),
  ...insights("insights/lbaas", "high_http_request_response_time_50p", "high_http_request_response_time_95p"),
  ...insights("insights/lbaas", "high_http_request_response_time_99p"),
  ...insights("dbaas/alerts", "load_15_alerts", "memory_utilization_alerts", "disk_utilization_alerts", "cpu_alerts"),
];

const others: Readonly<Record<string, Rules>> = {
  Droplet: {
    ...notEmptyAll("name", "image", "region", "size", "userData", "vpcUuid"),
    sshKeys: filled,
    tags,
    "backupPolicy.plan": oneOf("daily", "weekly"),
    "backupPolicy.weekday": oneOf("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"),
    "backupPolicy.hour": between(0, 20),
  },
  SshKey: notEmptyAll("name", "publicKey"),
  Tag: { name: tag },
  Volume: {
    ...notEmptyAll("name", "description", "snapshotId"),
    size: atLeast(1),
    tags,
    initialFilesystemType: oneOf("ext4", "xfs"),
  },
  SpacesBucket: {
    region: spacesRegion,
    "lifecycleRules.id": lengthBetween(0, 255),
    "lifecycleRules.expiration.date": matches(/^\d{4}-\d{2}-\d{2}$/, "a date like 2026-08-31"),
    "lifecycleRules.expiration.days": atLeast(0),
    "lifecycleRules.noncurrentVersionExpiration.days": atLeast(1),
  },
  SpacesBucketCorsConfiguration: { region: spacesRegion, "corsRules.id": lengthBetween(0, 255) },
  SpacesBucketObject: {
    ...notEmptyAll("region", "bucket", "key"),
    acl: oneOf("private", "public-read"),
    metadata: (value) => {
      const upper = Object.keys(typeof value === "object" && value !== null ? value : {}).find(
        (key) => key !== key.toLowerCase(),
      );
      return upper && `must have keys in lower case; ${show(upper)} is not`;
    },
  },
  SpacesBucketPolicy: { bucket: notEmpty, region: spacesRegion, policy: isJson },
  SpacesBucketLogging: { region: spacesRegion },
  UptimeCheck: { type: oneOf("ping", "http", "https") },
  UptimeAlert: {
    type: oneOf("latency", "down", "down_global", "ssl_expiry"),
    comparison: oneOf("greater_than", "less_than"),
    period: oneOf("2m", "3m", "5m", "10m", "15m", "30m", "1h"),
    ...slack("notifications"),
  },
  MonitorAlert: {
    type: oneOf(...alertTypes),
    compare: oneOf("GreaterThan", "LessThan"),
    value: atLeast(0),
    window: oneOf("5m", "10m", "30m", "1h"),
    tags,
    ...slack("alerts"),
  },
  Project: {
    name: all(notEmpty, lengthBetween(1, 175)),
    description: lengthBetween(0, 255),
    purpose: lengthBetween(0, 255),
    environment: oneOfAnyCase("development", "staging", "production"),
  },
  ProjectResources: { project: notEmpty },
  ContainerRegistry: { name: notEmpty, subscriptionTierSlug: oneOf("starter", "basic", "professional") },
};

const rules: Readonly<Record<string, Rules>> = { ...kubernetes, ...databases, ...network, ...others };

/** The value rules of a type, by its class name (`Vpc`). */
export function valueRules(className: string): Rules {
  return rules[className] ?? {};
}
