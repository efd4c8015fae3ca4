// The optional parts of the stack: for each the settings that switch it on, or off, in the production stack.
import edgeCertificate from "../data/edge-certificate.json" with { type: "json" };
import { Secret } from "../../src/secret.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { credentials, stackFile } from "../stacks.ts";

/** Nobody has its private half any more. */
const publicAgeKey = "age1hm3ncqupalh8hvmunrjqfxl0w8w2zv8vdgyf2eadkhv5k9hj3pjqj4ddu0";

/** Settings by the name of the golden file that shows what they change. */
export const options: Readonly<Record<string, RawSettings>> = {
  "cdn-cloudfront": changed({ cdn: { kind: "cloudfront" } }),
  "cdn-purge": changed({ cdn: { purge: { enabled: true } }, secrets: purgeToken() }),
  "docs-site-off": changed({ storage: { ...storage(), docs: { name: "social-example-docs" } } }),
  "kubernetes-firewall": changed({
    kubernetes: { controlPlaneFirewall: { enabled: true, allowedAddresses: ["192.0.2.0/24"] } },
  }),
  "monitoring-slack-and-watchdog": changed({
    monitoring: { emails: ["alerts@social.example"], slack: { operators: { channel: "#operators" } } },
    secrets: slackAndWatchdog(),
  }),
  "dns-route53": changed({ ...elsewhere("route53"), secrets: uploadedCertificate() }),
  "dns-external": changed({ ...elsewhere("external"), secrets: uploadedCertificate() }),
  "dns-ipv4-only": changed({ dns: { ipv6: false } }),
  "certificates-acme": changed({ certificates: { kind: "acme" } }),
  "database-replica": changed({ database: postgresql({ replica: { size: "db-s-6vcpu-16gb" } }) }),
  "database-log-sink-rsyslog": changed({
    database: postgresql({ logSink: { kind: "rsyslog", server: "logs.social.example" } }),
    secrets: logSinkSecrets("clientCertificate", "clientKey", "caCertificate"),
  }),
  "database-log-sink-opensearch": changed({
    database: postgresql({ logSink: { kind: "opensearch", server: "logs.social.example" } }),
    secrets: logSinkSecrets("user", "password"),
  }),
  "database-opensearch": changed({ database: { ...database(), opensearch: { size: "db-s-2vcpu-4gb", nodes: 3 } } }),
  "database-restored": changed({
    database: postgresql({
      name: "social-postgresql-2",
      restoredFrom: { cluster: "social-postgresql", at: "2026-11-23T15:00:00Z" },
    }),
  }),
  "network-site": changed({ network: { region: "nyc1", site: "nyc1", ipRange: "10.118.0.0/20" } }),
  "mastodon-stopped": changed({
    mastodon: { ...mastodon(), stopped: true },
    dayTwo: everyJob(),
    database: searching(),
    kubernetes: roomier(),
  }),
  "backups-off": changed({ backups: { ...backups(), enabled: false } }),
  "database-trusted-tags": changed({ database: { ...database(), trustedTags: ["queue-worker"] } }),
  "database-without-cache": changed({ database: { ...database(), valkey: { cache: { enabled: false } } } }),
  "database-fixed-disk": changed({
    database: postgresql({ storageGib: 200, storageAutoscale: { enabled: false } }),
  }),
  "metrics-off": changed({ metrics: { enabled: false }, autoscaling: { enabled: false } }),
  "metrics-heartbeat": changed({ secrets: alertsHeartbeat() }),
  "autoscaling-off": changed({ autoscaling: { enabled: false } }),
  workers: changed({
    workers: {
      "queue-1": { queues: ["push"], threads: 1 },
      home: { where: "external", queues: ["push"], threads: 1, until: "2999-12-31" },
    },
  }),
  escrow: changed({ escrow: { recipients: [publicAgeKey] } }),
  "backups-kansas-city": changed({ backups: { ...backups(), kansasCity: { drill: { enabled: true } } } }),
  "day-two": changed({ dayTwo: everyJob(), database: searching(), kubernetes: roomier() }),
  staging: changed({
    staging: {
      source: { domain: "original.example", bucket: "original-example-backups", region: "sfo3" },
      refresh: "2026-12-24",
    },
    secrets: {
      ...credentials,
      staging: { accessKeyId: new Secret("copy-key-id"), secretAccessKey: new Secret("copy-key") },
    },
  }),
  "assets-in-pods-only": changed({ mastodon: { ...mastodon(), assets: { copy: false } } }),
  "assets-through-cdn": changed({ mastodon: { ...mastodon(), assets: { cdn: true } } }),
  "upgrades-without-dump": changed({ mastodon: { ...mastodon(), upgrades: { precondition: "none" } } }),
  "edge-open": changed({ mastodon: { ...mastodon(), edge: { limits: { enabled: false }, adminPages: true } } }),
  "tailnet-access": changed({
    tailnet: {
      operators: ["operator@social.example"],
      moderators: ["moderator@social.example"],
      observers: ["observer@social.example"],
      access: { observers: ["metrics", "kubernetes"] },
      sendTests: false,
      extraPolicy: `{
        // The family's disks.
        "tagOwners": { "tag:disks": ["autogroup:admin"] },
        "grants": [{ "src": ["group:operators"], "dst": ["tag:disks"], "ip": ["tcp:445"] }],
      }`,
    },
  }),
  "tailnet-gateway": changed({ tailnet: { operators: ["operator@social.example"], gateway: { enabled: true } } }),
  "tailnet-kubectl": changed({
    tailnet: {
      operators: ["operator@social.example"],
      kubectl: { enabled: true, domain: "tail1a2b3.ts.net", machines: ["ci-1"] },
    },
  }),
  "tailnet-surroundings": changed({
    tailnet: {
      operators: ["operator@social.example"],
      ci: {
        federation: {
          issuer: "https://token.actions.githubusercontent.com",
          subject: "repo:social/infrastructure:environment:production",
        },
      },
      webhook: { endpoint: "https://hooks.social.example/tailnet" },
      splitDns: { "home.social.example": ["100.100.1.1"] },
      deviceKeyDays: 30,
      overwritePolicy: true,
    },
  }),
  "database-shared-connections": changed({ database: postgresql({ clientsPerConnection: 4 }) }),
};

function changed(subjects: Readonly<Record<string, unknown>>): RawSettings {
  return { ...stackFile("prod"), secrets: credentials, ...subjects };
}

/** One node more for all jobs at once. */
function roomier(): Record<string, unknown> {
  return { pools: { web: { size: "s-4vcpu-8gb", min: 2, max: 6 }, sidekiq: { size: "s-4vcpu-8gb", min: 1, max: 7 } } };
}

function searching(): Record<string, unknown> {
  return {
    postgresql: { size: "db-s-6vcpu-16gb", nodes: 2, clientsPerConnection: 2 },
    opensearch: { size: "db-s-2vcpu-4gb", nodes: 3 },
  };
}

function everyJob(): Record<string, unknown> {
  return {
    admin: { username: "alice", email: "alice@social.example" },
    cleanUp: {
      media: { enabled: true },
      profiles: { enabled: true },
      previewCards: { enabled: true },
      statuses: { enabled: true },
      orphans: { enabled: true },
    },
    mailDomains: { lists: ["https://lists.social.example/domains.txt"] },
    commands: { feeds: { run: "feeds build --concurrency 2", connections: 3 } },
    timeZone: "America/Toronto",
  };
}

function storage(): object {
  return subject("storage");
}

function backups(): object {
  return subject("backups");
}

function mastodon(): object {
  return subject("mastodon");
}

/** What the production stack's file says of it. */
function subject(name: string): object {
  const said = stackFile("prod")[name];
  return typeof said === "object" && said !== null ? said : {};
}

function purgeToken(): Record<string, unknown> {
  return { ...credentials, cdnPurge: { token: new Secret("purge-token") } };
}

function slackAndWatchdog(): Record<string, unknown> {
  const slack = { operators: new Secret("https://hooks.example/operators") };
  return {
    ...credentials,
    monitoring: { slack, heartbeats: { watchdog: new Secret("https://ping.example/watchdog") } },
  };
}

function database(): Record<string, unknown> {
  return { postgresql: { size: "db-s-4vcpu-8gb", nodes: 2, clientsPerConnection: 2 } };
}

function postgresql(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { postgresql: { size: "db-s-4vcpu-8gb", nodes: 2, clientsPerConnection: 2, ...settings } };
}

/** The zone at another service, so that the site's certificate is uploaded and the CDN brings its own. */
function elsewhere(kind: "route53" | "external"): Record<string, unknown> {
  return { dns: { kind }, certificates: { kind: "uploaded" }, cdn: { kind: "cloudfront" } };
}

function uploadedCertificate(): Record<string, unknown> {
  const { certificate, chain, privateKey } = edgeCertificate;
  const edge = { certificate: new Secret(certificate), chain: new Secret(chain), privateKey: new Secret(privateKey) };
  return { ...credentials, certificates: { edge } };
}

function alertsHeartbeat(): Record<string, unknown> {
  return { ...credentials, monitoring: { heartbeats: { alerts: new Secret("https://ping.example/alerts") } } };
}

function logSinkSecrets(...names: readonly string[]): Record<string, unknown> {
  const logSink = Object.fromEntries(names.map((name) => [name, new Secret(`log-${name}`)]));
  return { ...credentials, database: { logSink } };
}
