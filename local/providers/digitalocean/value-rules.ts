// Which values DigitalOcean's plugin refuses at Check, by type and property. The list is short on purpose: what only the API refuses
// (a size that does not exist, a taken name) fails at create, with the real plugin as here. Source: the documented allowed values of
// each resource, and recorded verdicts of the plugin v4.76.0.
import { all, atLeast, between, isJson, lengthBetween, notEmpty, oneOf, oneOfAnyCase } from "../shared/rules.ts";
import { show } from "../shared/values.ts";
import {
  cidr,
  day,
  filled,
  nodePoolRules,
  notEmptyAll,
  notZero,
  type Rules,
  slack,
  spacesRegion,
  tag,
  tags,
  weekdays,
} from "./common-rules.ts";
import { networkRules } from "./network-rules.ts";

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
  DropletSnapshot: notEmptyAll("name", "dropletId"),
  SshKey: notEmptyAll("name", "publicKey"),
  Tag: { name: tag },
  Volume: {
    ...notEmptyAll("name", "description", "snapshotId"),
    size: atLeast(1),
    tags,
    initialFilesystemType: oneOf("ext4", "xfs"),
  },
  VolumeAttachment: { dropletId: notZero, volumeId: notEmpty },
  SpacesBucket: {
    region: spacesRegion,
    "lifecycleRules.id": lengthBetween(0, 255),
    "lifecycleRules.expiration.date": day,
    "lifecycleRules.expiration.days": atLeast(0),
    "lifecycleRules.noncurrentVersionExpiration.days": atLeast(1),
  },
  SpacesBucketCorsConfiguration: { region: spacesRegion, "corsRules.id": lengthBetween(0, 255) },
  SpacesBucketObject: {
    ...notEmptyAll("bucket", "key"),
    region: spacesRegion,
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

const rules: Readonly<Record<string, Rules>> = { ...kubernetes, ...databases, ...networkRules, ...others };

/** The value rules of a type, by its class name (`Vpc`). */
export function valueRules(className: string): Rules {
  return rules[className] ?? {};
}
