// Gathers the stack's outputs in the form that `outputs.ts` promises, and checks them against it.
import * as pulumi from "@pulumi/pulumi";
import type { Postgresql } from "../../components/database/postgresql.ts";
import type { Valkey } from "../../components/database/valkey.ts";
import type { TypedRecord } from "../../components/dns/notation.ts";
import type { Cdn } from "../../components/cdn/cdn.ts";
import { allowedHosts } from "../../components/cdn/media-move/hosts.ts";
import { nodePoolName } from "../../components/kubernetes/inputs.ts";
import { placeName } from "../names.ts";
import type { Ses } from "../../components/mail/ses.ts";
import type { DayTwo } from "../../components/mastodon/day-two/day-two.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import type { Escrow } from "../../components/escrow/escrow.ts";
import type { SiteObject } from "../../components/storage/site/objects.ts";
import type { Tailnet } from "../../components/tailnet/tailnet.ts";
import { ansibleInventory } from "../../components/workers/inventory.ts";
import type { Plans } from "../plans/plans.ts";
import { contractVersion, outputsSchema, type Outputs } from "../outputs.ts";
import { autoscalingWorkloads } from "./autoscaling.ts";
import { backupsOutput, backupWorkloads } from "./backup-outputs.ts";
import type { BuiltBackups } from "./backups.ts";
import type { Cdns } from "./cdn.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import { dayTwoWorkloads } from "./day-two.ts";
import { escrowOutput } from "./escrow.ts";
import { gatewayWorkloads } from "./gateway.ts";
import { kubectlOutput, kubectlWorkloads } from "./kubectl.ts";
import { mailFrom, mailQuota } from "./mail.ts";
import { purgeWorkloads } from "./purge.ts";
import { metricsWorkloads } from "./metrics.ts";
import { watchdogWorkloads } from "./monitoring.ts";
import type { Storage } from "./storage.ts";
import { bucketOutputs, docsSiteOutput } from "./storage-outputs.ts";
import { type BuiltWorkers, workerWorkloads } from "./workers.ts";
import type { Zoned } from "./zone.ts";

export interface OutputParts {
  readonly compute: Compute;
  readonly databases: Databases;
  readonly zoned: Zoned;
  readonly cdn: Cdns;
  readonly mail: Ses;
  readonly tailnet: Tailnet;
  readonly mastodon: Mastodon;
  readonly records: readonly pulumi.Output<TypedRecord>[];
  readonly plans: Plans;
  readonly docsSite: readonly SiteObject[];
  readonly storage: Storage;
  readonly backups: BuiltBackups;
  readonly escrow: Escrow | undefined;
  readonly dayTwo: DayTwo | undefined;
  readonly workers: BuiltWorkers;
  /** Secret: the bundle of the host that pulls the backups. */
  readonly kansasCity: pulumi.Output<string> | undefined;
}

type OutputInputs = { readonly [Name in keyof Outputs]: pulumi.Input<unknown> };

/** All outputs. What is wrong with one fails the update, not the reader. */
export function stackOutputs(context: Context, parts: OutputParts): Record<string, unknown> {
  const outputs: OutputInputs = {
    ...declared(context),
    ...created(context, parts),
    buckets: bucketOutputs(context, parts),
    plans: parts.plans.figures,
    backups: { ...escrowOutput(context, parts.escrow), ...backupsOutput(context, parts.backups, parts.storage) },
    ...docsSiteOutput(context.settings, parts.docsSite),
    workers: Object.keys(context.settings.workers).length === 0 ? undefined : pulumi.secret(parts.workers.bundles),
    kansasCity: parts.kansasCity === undefined ? undefined : pulumi.secret({ bundle: parts.kansasCity }),
    tailnetWebhookSecret: parts.tailnet.webhookSecret,
  };
  const { kubeconfig, workers, kansasCity, tailnetWebhookSecret, ...open } = outputs;
  // Nothing is checked while something is not known yet, which is so in the first preview.
  const checked = pulumi.output(open).apply((values) => {
    outputsSchema.omit({ kubeconfig: true, workers: true, kansasCity: true, tailnetWebhookSecret: true }).parse(values);
    return contractVersion;
  });
  const secrets = {
    kubeconfig,
    ...(workers !== undefined && { workers }),
    ...(kansasCity !== undefined && { kansasCity }),
  };
  return {
    ...open,
    contractVersion: checked,
    ...secrets,
    ...(tailnetWebhookSecret !== undefined && { tailnetWebhookSecret }),
  };
}

/** What follows from the settings alone. */
function declared(context: Context) {
  const { settings } = context;
  const { domains, network, storage, backups, mail, name } = settings;
  const { region } = backups.immutable;
  return {
    contractVersion,
    urls: {
      web: `https://${domains.web}`,
      streaming: `wss://${domains.streaming}`,
      media: `https://${domains.media}`,
      assets: `https://${domains.assets}`,
      docs: `https://${domains.docs}`,
    },
    regions: {
      compute: network.region,
      media: storage.media.region,
      assets: storage.assets.region,
      docs: storage.docs.region,
      backups: storage.backups.region,
      mail: mail.region,
      immutable: region,
    },
    mastodon: { version: settings.mastodon.version },
    nodePools: nodePools(settings),
    inventory: ansibleInventory(name, settings.workers, settings.backups.kansasCity),
  };
}

function nodePools(settings: Context["settings"]) {
  const { system, pools } = settings.kubernetes;
  const name = placeName(settings);
  return [
    { name: `${name}-system`, size: system.size, min: system.nodes, max: system.nodes },
    ...Object.entries(pools).map(([pool, poolSettings]) => {
      const { size, min, max } = poolSettings;
      return { name: nodePoolName(name, pool, poolSettings), size, min, max };
    }),
  ];
}

/** What only the clouds know. */
function created(context: Context, parts: OutputParts) {
  const { compute, databases, zoned, cdn, mail, tailnet, mastodon, records } = parts;
  const { settings, zone } = context;
  const { cluster } = compute;
  const { postgresql, queue, cache, search } = databases;
  return {
    cluster: {
      id: cluster.clusterId,
      name: cluster.clusterName,
      region: settings.network.region,
      ...(settings.network.site !== undefined && { site: settings.network.site }),
      version: cluster.version,
      endpoint: cluster.endpoint,
    },
    kubeconfig: cluster.kubeconfig,
    workloads: [
      ...mastodon.workloads,
      ...purgeWorkloads(context),
      ...watchdogWorkloads(context),
      ...metricsWorkloads(context),
      ...dayTwoWorkloads(context, parts.dayTwo),
      ...backupWorkloads(context, parts.backups),
      ...workerWorkloads(parts.workers),
      ...gatewayWorkloads(context),
      ...kubectlWorkloads(context),
      ...autoscalingWorkloads(context),
    ],
    media: {
      host: settings.domains.media,
      allowedHosts: allowedHosts(settings, context.previous.media?.allowedHosts, context.today),
    },
    cdn: {
      media: cdnOutput(cdn.media),
      assets: cdnOutput(cdn.assets),
      docs: cdnOutput(cdn.docs),
    },
    dns: { kind: settings.dns.kind, zone, nameServers: zoned.zone.nameServers, records },
    database: {
      host: postgresql.host,
      port: postgresql.port,
      name: postgresql.database,
      user: postgresql.app.user,
      pools: poolOutputs(postgresql.pools),
      caCertificate: postgresql.caCertificate,
      ...(postgresql.replica && { replica: addressOf(postgresql.replica) }),
    },
    valkey: { queue: valkeyOutput(queue), ...(cache && { cache: valkeyOutput(cache) }) },
    ...(search && { search: { ...addressOf(search), user: search.user } }),
    mail: { host: mail.host, port: mail.port, from: mailFrom(context), quota: mailQuota(context) },
    tailnet: {
      grants: tailnet.grants,
      policyHash: tailnet.policyHash,
      ...(tailnet.federation && { ci: { ...tailnet.federation } }),
      ...kubectlOutput(context),
    },
    loadBalancer: {
      address: mastodon.loadBalancerAddress,
      ...(mastodon.loadBalancerIpv6 === undefined ? {} : { ipv6: mastodon.loadBalancerIpv6 }),
    },
  };
}

function cdnOutput({ kind, cdnId: id, endpoint, domain, origin, certificate }: Cdn) {
  return { kind, id, endpoint, domain, origin, certificate };
}

function poolOutputs({ web, sidekiq, streaming }: Postgresql["pools"]) {
  return { web: poolOutput(web), sidekiq: poolOutput(sidekiq), streaming: poolOutput(streaming) };
}

function poolOutput({ name, checkedPort: port, size }: Postgresql["pools"]["web"]) {
  return { name, port, size, mode: "transaction" };
}

function addressOf<Host, Port>({ host, port }: { readonly host: Host; readonly port: Port }) {
  return { host, port };
}

function valkeyOutput({ host, port, evictionPolicy }: Valkey) {
  return { host, port, evictionPolicy };
}
