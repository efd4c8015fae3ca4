// Builds the queue workers outside the cluster: their machines, their ways in, and the scripts that bring them into service.
import * as pulumi from "@pulumi/pulumi";
import { exporterPort } from "../../components/mastodon/environment/exporter.ts";
import { namespaceName } from "../../components/mastodon/kubernetes/namespace.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import type { WorkloadEntry } from "../../components/mastodon/workload-list.ts";
import { railsImageOf } from "../../components/mastodon/images.ts";
import { poolPort } from "../../components/database/pools.ts";
import type { Tailnet } from "../../components/tailnet/tailnet.ts";
import { databaseUserOf, WorkerAccess } from "../../components/workers/access.ts";
import { workerEnvironment } from "../../components/workers/environment.ts";
import { ExternalWorkers } from "../../components/workers/external-workers.ts";
import { grantsRole, WorkerGrants } from "../../components/workers/grants/worker-grants.ts";
import { joinBundle } from "../../components/workers/host/bundle.ts";
import { hostConfiguration } from "../../components/workers/host/files.ts";
import { workerHostname } from "../../components/workers/key.ts";
import { gatewayNames, passages } from "../../components/workers/reach.ts";
import { dropletWorkers, isDroplet, type WorkerSettings } from "../../components/workers/settings.ts";
import { workersOf } from "../../components/workers/moves.ts";
import { Workers } from "../../components/workers/workers.ts";
import { spacesKeyName } from "../names.ts";
import { workerConnections } from "../plans/connections/consumers.ts";
import { providerOf } from "../providers.ts";
import { workerImage } from "../versions.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import { mastodonArgs, type ServerParts, sidekiqPlacement } from "./server.ts";

export interface WorkerParts extends ServerParts {
  readonly tailnet: Tailnet;
  readonly mastodon: Mastodon;
}

export interface BuiltWorkers {
  /** Droplets by account. */
  readonly droplets: ReadonlyMap<string, Workers>;
  /** Secret: by worker, the script that brings its host into service. */
  readonly bundles: Readonly<Record<string, { readonly bundle: pulumi.Output<string> }>>;
  /** The name of the Job that gives database users their rights; none without workers. */
  readonly grants: pulumi.Output<string> | undefined;
}

/** Nothing that a worker is let in with is in a droplet's user data: it comes over the tailnet afterwards. */
export function buildWorkers(context: Context, parts: WorkerParts): BuiltWorkers {
  const { workers } = context.settings;
  const droplets = buildDroplets(context, parts.tailnet);
  if (Object.keys(workers).length === 0) return { droplets, bundles: {}, grants: undefined };
  const external = Object.entries(workers).filter(([, worker]) => !isDroplet(worker));
  const keys =
    external.length === 0
      ? new Map<string, pulumi.Output<string>>()
      : new ExternalWorkers(
          "external-workers",
          { workers: Object.fromEntries(external), policy: parts.tailnet.acl },
          { providers: [context.providers.tailscale] },
        ).keys;
  const access = buildAccess(context, parts);
  const bundleFor = (worker: string, settings: WorkerSettings) =>
    bundleOf(context, parts, { worker, settings, access, key: keys.get(worker) });
  return {
    droplets,
    bundles: Object.fromEntries(
      Object.entries(workers).map(([worker, settings]) => [worker, { bundle: bundleFor(worker, settings) }]),
    ),
    grants: buildGrants(context, parts, access).job,
  };
}

/** One component for each account, so that everything in it has that account's provider; by account. */
function buildDroplets({ settings, providers }: Context, tailnet: Tailnet): ReadonlyMap<string, Workers> {
  const { name: prefix } = settings;
  const workers = dropletWorkers(settings.workers);
  const accounts = [...new Set(workers.map(([, { account }]) => account))];
  const build = (account: string): Workers => {
    const inAccount = Object.fromEntries(workers.filter(([, worker]) => worker.account === account));
    return new Workers(
      workersOf(account),
      { prefix, workers: inAccount, dropletImage: workerImage, policy: tailnet.acl },
      { providers: [providerOf(providers.digitalocean, account), providers.tailscale] },
    );
  };
  return new Map(accounts.map((account) => [account, build(account)]));
}

function buildAccess({ settings, inMainAccount }: Context, { databases, storage }: WorkerParts): WorkerAccess {
  const { postgresql } = databases;
  return new WorkerAccess(
    "worker-access",
    {
      connections: workerConnections(settings),
      clusterId: postgresql.clusterId,
      database: postgresql.database,
      copied: settings.database.postgresql.restoredFrom?.users ?? [],
      bucket: storage.media.bucket.bucket,
      keyName: (worker) => spacesKeyName(settings.name, databaseUserOf(worker)),
      after: postgresql,
    },
    inMainAccount,
  );
}

function buildGrants({ settings }: Context, { compute, databases, mastodon }: WorkerParts, access: WorkerAccess) {
  return new WorkerGrants(
    "worker-grants",
    {
      settings: settings.mastodon,
      provider: compute.kubernetes,
      namespace: mastodon.namespace,
      placement: sidekiqPlacement(settings),
      database: { vpc: settings.network.ipRange, port: databases.postgresql.port },
      users: [...access.logins.keys()].map(databaseUserOf),
    },
    { dependsOn: [mastodon, access] },
  );
}

interface BundleParts {
  readonly worker: string;
  readonly settings: WorkerSettings;
  readonly access: WorkerAccess;
  /** None for a droplet, which has joined the tailnet on its first boot. */
  readonly key: pulumi.Output<string> | undefined;
}

function bundleOf(
  context: Context,
  parts: WorkerParts,
  { worker, settings, access, key }: BundleParts,
): pulumi.Output<string> {
  const { name: prefix, mastodon } = context.settings;
  const login = access.logins.get(worker);
  if (login === undefined) throw new Error(`the worker ${worker} has no way in`);
  const server = { ...mastodonArgs(context, parts), secrets: parts.mastodon.keys };
  const plan = {
    hostname: workerHostname(prefix, worker, settings),
    image: railsImageOf(mastodon),
    gateways: gatewayNames(prefix),
    statementSeconds: server.database.statementSeconds,
    metricsPort: server.metrics && exporterPort,
    settings,
  };
  const hosts = pulumi.all(workerPassages(parts.databases).map(({ host }) => host));
  const environment = workerEnvironment(server, login, settings);
  const authority = parts.databases.postgresql.caCertificate;
  const files = pulumi.all([hosts, environment, authority]).apply(([names, variables, certificate]) => ({
    "worker.conf": hostConfiguration({ ...plan, hosts: [...new Set(names)] }),
    "sidekiq.env": variables,
    "database-ca.crt": certificate,
  }));
  return key === undefined
    ? files.apply((packed) => joinBundle(worker, packed))
    : pulumi.all([files, key]).apply(([packed, text]) => joinBundle(worker, { ...packed, "tailnet-key": text }));
}

/** What the gateway passes on for workers. */
export function workerPassages({ postgresql, queue, cache }: Databases) {
  return passages<pulumi.Output<string>, pulumi.Input<number>>({
    pool: { host: postgresql.host, port: poolPort },
    queue,
    cache,
  });
}

/** The job in the list of what runs. */
export function workerWorkloads({ grants }: BuiltWorkers): (Omit<WorkloadEntry, "name"> & {
  readonly name: pulumi.Output<string>;
})[] {
  if (grants === undefined) return [];
  return [{ namespace: namespaceName, name: grants, kind: "Job", process: grantsRole, replicas: 1 }];
}
