// The stack's outputs as a contract: what other tools may rely on, as one zod schema. `docs/outputs.md` explains each field.
import { z } from "zod";
import { backupsOutputSchema } from "./outputs-backups.ts";
import { connectionFiguresSchema } from "./plans/connections/figures.ts";
import { capacityFiguresSchema } from "./plans/capacity/figures.ts";
import { costFiguresSchema } from "./plans/cost/figures.ts";

/** Raised by one for every change that could break a reader; new optional fields do not raise it. */
export const contractVersion = 2;

const hostname = z.string().min(1).describe("host name without scheme");
const url = z.url();

const nodePool = z.strictObject({
  name: z.string(),
  size: z.string().describe("droplet size slug"),
  min: z.int().min(0),
  max: z.int().min(1),
});

const workload = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  kind: z.enum(["Deployment", "StatefulSet", "Job", "CronJob", "DaemonSet"]),
  process: z.string().describe("web, streaming, sidekiq, migrate, edge ..."),
  replicas: z.int().min(0).describe("replicas at rest; 1 for a Job"),
  queues: z.array(z.string()).optional().describe("Sidekiq queues that the workload serves"),
});

const bucket = z.strictObject({
  purpose: z.enum(["media", "assets", "docs", "backups", "immutable"]),
  provider: z.enum(["digitalocean", "aws"]),
  name: z.string(),
  region: z.string(),
  endpoint: url.describe("S3 endpoint of the region, without the bucket"),
  keys: z
    .array(z.strictObject({ name: z.string(), permission: z.enum(["read", "readwrite"]) }))
    .optional()
    .describe("Spaces keys that open this bucket and no other; the keys themselves are no output"),
});

const docsSite = z.strictObject({
  url: url.describe("where readers begin"),
  objects: z.int().min(1).describe("objects that the site consists of"),
  contentHash: z
    .string()
    .describe("SHA-256 over all names and contents; another one means that something was published"),
});

const address = z.strictObject({ host: hostname.describe("private: reachable inside the VPC only"), port: z.int() });

const connectionPool = z.strictObject({
  name: z.string().describe("what clients give in place of the database's name"),
  port: z.int(),
  size: z.int().describe("server connections"),
  mode: z.string(),
});

const cdn = z.strictObject({
  endpoint: hostname.describe("the CDN's own host name, target of the CNAME"),
  domain: hostname.describe("the host name that people see"),
  origin: hostname.describe("the bucket's host name"),
  id: z.string().describe("id at the provider, which a purge of the cache names"),
  kind: z.enum(["spaces", "cloudfront"]).describe("whose CDN it is"),
  certificate: z.string().describe("name of the certificate at DigitalOcean, or its ARN at Amazon"),
});

const dnsRecord = z.strictObject({
  type: z.string(),
  name: z
    .string()
    .describe("relative to the zone; @ is the zone itself; a whole name with a trailing dot outside the zone"),
  fqdn: z.string().optional().describe("the whole name without a trailing dot"),
  value: z.string().describe("host names end in a dot; without priority, flags and quotation marks"),
  valueWithoutDot: z.string().optional().describe("the same without that dot, as most control panels take it"),
  zoneFile: z.string().optional().describe("what stands in a zone file, with priority, flags and quotation marks"),
  ttl: z.int().describe("seconds"),
});

const grant = z.strictObject({ src: z.array(z.string()), dst: z.array(z.string()), ip: z.array(z.string()) });

const plans = z
  .strictObject({
    capacity: capacityFiguresSchema.optional(),
    connections: connectionFiguresSchema.optional(),
    cost: costFiguresSchema.optional(),
  })
  .describe("what follows from the settings alone, as the tables of a preview show it");

const mailQuota = z
  .strictObject({
    perSecond: z.int().describe("messages a second that Amazon takes"),
    perDay: z.int().describe("messages in 24 hours that Amazon takes"),
    threads: z.int().describe("most Sidekiq threads that may send at the same time"),
  })
  .describe("as the settings state it; ask `aws sesv2 get-account` what holds");

const hostVariables = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));

const inventory = z
  .strictObject({
    all: z.strictObject({
      children: z.record(z.string(), z.strictObject({ hosts: z.record(z.string(), hostVariables) })),
    }),
  })
  .describe("Ansible inventory: save it as YAML or JSON and pass it with -i");

const workerBundle = z.strictObject({
  bundle: z.string().describe("POSIX shell: brings a host into service with `up` and takes it out again with `down`"),
});

/** Everything that the stack gives away. Only `kubeconfig`, `workers`, `kansasCity` and `tailnetWebhookSecret` are secrets; no other field holds one. */
export const outputsSchema = z.strictObject({
  contractVersion: z.literal(contractVersion),
  urls: z.strictObject({ web: url, streaming: url, media: url, assets: url, docs: url }),
  regions: z.strictObject({
    compute: z.string(),
    media: z.string(),
    assets: z.string(),
    docs: z.string(),
    backups: z.string(),
    mail: z.string(),
    immutable: z.string(),
  }),
  cluster: z.strictObject({
    id: z.string(),
    name: z.string(),
    region: z.string(),
    site: z.string().optional().describe("what the names in the region end in, after a move from a lost one"),
    version: z.string(),
    endpoint: url,
  }),
  kubeconfig: z.string().min(1).describe("secret; its token is short-lived, so read it when it is needed"),
  nodePools: z.array(nodePool),
  workloads: z.array(workload),
  buckets: z.array(bucket),
  mastodon: z
    .strictObject({ version: z.string().describe("Mastodon release that the last update brought") })
    .optional(),
  media: z.strictObject({
    host: hostname.describe("where media is; the server's pages link there"),
    allowedHosts: z
      .array(
        z.strictObject({ host: hostname, since: z.iso.date().describe("day of the first update that allowed it") }),
      )
      .describe("hosts that browsers may load media from: the one in use, and the other one of a move"),
  }),
  cdn: z.strictObject({ media: cdn, assets: cdn, docs: cdn }),
  dns: z.strictObject({
    kind: z.enum(["digitalocean", "route53", "external"]).optional().describe("who serves the zone"),
    zone: hostname,
    nameServers: z
      .array(hostname)
      .optional()
      .describe("to be entered at the registrar; empty where the stack does not keep the zone"),
    records: z.array(dnsRecord).describe("all records; with kind external they are to be created by hand"),
  }),
  database: z.strictObject({
    host: hostname.describe("private: reachable inside the VPC only"),
    port: z.int().describe("direct port, for migrations and dumps"),
    name: z.string(),
    user: z.string(),
    pools: z
      .strictObject({ web: connectionPool, sidekiq: connectionPool, streaming: connectionPool })
      .describe("one for each kind of process; queue workers outside the cluster have pools of their own"),
    caCertificate: z.string().describe("PEM; verifies the server's certificate and the replica's"),
    replica: address.optional().describe("read replica; only where there is one"),
  }),
  valkey: z.record(z.string(), z.strictObject({ host: hostname, port: z.int(), evictionPolicy: z.string() })),
  search: address.extend({ user: z.string() }).optional().describe("full-text search; only where there is one"),
  mail: z.strictObject({
    host: hostname,
    port: z.int(),
    from: z.string(),
    quota: mailQuota.optional(),
  }),
  tailnet: z.strictObject({
    grants: z.array(grant),
    policyHash: z.string().describe("SHA-256 of the policy that is in force"),
    ci: z
      .strictObject({ clientId: z.string(), audience: z.string() })
      .optional()
      .describe("what CI joins by, with a token of its own identity provider; missing without tailnet.ci.federation"),
    kubernetes: z
      .strictObject({ host: hostname })
      .optional()
      .describe("name under which the tailnet reaches the Kubernetes API; missing without tailnet.kubectl"),
  }),
  loadBalancer: z.strictObject({
    address: z.string().describe("public IPv4 address"),
    ipv6: z.string().optional().describe("public IPv6 address, unless dns.ipv6 is false"),
  }),
  inventory,
  workers: z
    .record(z.string(), workerBundle)
    .optional()
    .describe("secret; by queue worker outside the cluster, what its host runs; missing where there are none"),
  kansasCity: z
    .strictObject({
      bundle: z
        .string()
        .describe("POSIX shell: lets the host pull the backups with `up`, ends that with `down`, tells with `status`"),
    })
    .optional()
    .describe("secret; what the host in Kansas City runs; missing where backups.kansasCity declares none"),
  tailnetWebhookSecret: z
    .string()
    .optional()
    .describe("secret; what messages about the policy are signed with; missing without tailnet.webhook"),
  backups: backupsOutputSchema.optional(),
  docsSite: docsSite.optional().describe("the published documentation; missing where storage.docs.site names none"),
  plans: plans.optional(),
});

/** The outputs as a reader sees them. */
export type Outputs = z.infer<typeof outputsSchema>;
