// What the pods read when they start, in ConfigMaps and Secrets: each process sees only its own.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { MastodonArgs } from "./args.ts";
import { cachePurgeConfigName, cachePurgeFiles } from "./cache-purge.ts";
import { checksumOf } from "./checksum.ts";
import { maintenanceFile, maintenancePage } from "./edge/maintenance.ts";
import { nginxConfiguration, nginxTlsConfiguration } from "./edge/nginx.ts";
import { edgeFolder, type EdgeOptions } from "./edge/options.ts";
import { startFile, startScript, tlsFile } from "./edge/tls.ts";
import type { Environment } from "./environment/environment.ts";
import { databaseCaFile, type MastodonSecrets } from "./environment/inputs.ts";
import { libpqVariables } from "./environment/libpq.ts";
import { type Process, processes } from "./environment/names.ts";
import { jobsEnvironment, sidekiqEnvironment, streamingEnvironment, webEnvironment } from "./environment/processes.ts";
import { childOf, named, type Scope } from "./kubernetes/scope.ts";
import { edgeConfigFile, edgeConfigName } from "./workloads/edge.ts";
import { grantName } from "./workloads/database-preparation.ts";
import { databaseCaName, environmentName } from "./workloads/rails-pod.ts";
import type { LastingRole } from "./workloads/workload.ts";

type Checksums = Readonly<Record<string, pulumi.Output<string>>>;

interface ConfigurationArgs extends Omit<MastodonArgs, "secrets"> {
  readonly secrets: MastodonSecrets;
  readonly namespace: pulumi.Input<string>;
}

/** One ConfigMap and one Secret for each process, and what nginx and the database clients read besides. */
export class Configuration extends pulumi.ComponentResource {
  /** For each long-running role, fingerprints of all that its pods read. */
  readonly checksums: Readonly<Record<LastingRole, Checksums>>;

  constructor(name: string, args: ConfigurationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mastodon:Configuration", name, {}, opts);
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    const environments: Record<Process, Environment> = {
      web: webEnvironment(args),
      sidekiq: sidekiqEnvironment(args),
      streaming: streamingEnvironment(args),
      jobs: jobsEnvironment(args),
    };
    for (const process of processes) pair(scope, environmentName(process), environments[process]);
    pair(scope, grantName, grantEnvironment(args));
    const authority = { [databaseCaFile]: args.database.caCertificate };
    configMap(scope, databaseCaName, authority);
    const edge = edgeFiles(args);
    configMap(scope, edgeConfigName, edge);
    const purge = args.cachePurge && cachePurgeFiles(args.cachePurge);
    if (purge) configMap(scope, cachePurgeConfigName, purge);

    const sums = (process: Process): Checksums => ({
      environment: checksumOf({ ...environments[process].plain, ...environments[process].secret }),
      "database-ca": checksumOf(authority),
      // A new copy has other people and posts than the caches of the pods.
      ...(args.staging && { copy: checksumOf({ name: args.staging.settings.refresh }) }),
    });
    this.checksums = {
      web: sums("web"),
      sidekiq: { ...sums("sidekiq"), ...(purge && { "cache-purge": checksumOf(purge) }) },
      streaming: sums("streaming"),
      edge: { configuration: checksumOf(edge) },
    };
    this.registerOutputs({});
  }
}

/** libpq's own variables, because the grant is made before Rails can start. */
function grantEnvironment({ database: { direct, admin } }: ConfigurationArgs): Environment {
  return {
    plain: {
      ...libpqVariables(direct, admin.user),
      APPLICATION_USER: direct.user,
    },
    secret: { PGPASSWORD: admin.password },
  };
}

function edgeFiles(args: ConfigurationArgs): Record<string, string> {
  const { settings, domains, network, media, loadBalancer, metrics } = args;
  const proxies = [network.pods, network.vpc, ...settings.trustedProxies];
  const formerMedia = media.formerHost === undefined ? undefined : { from: media.formerHost, to: media.aliasHost };
  const endsTls = loadBalancer.tls.at === "edge";
  const { uploadMib, limits, adminPages } = settings.edge;
  const options: EdgeOptions = {
    domains,
    proxies,
    uploadMib,
    limits,
    adminPages,
    assetsHost: args.assets?.host,
    formerMedia,
    endsTls,
    metrics: metrics !== undefined,
  };
  return {
    [edgeConfigFile]: nginxConfiguration(options),
    ...(endsTls && {
      [tlsFile]: nginxTlsConfiguration(options),
      [startFile]: startScript(edgeFolder, edgeConfigFile),
    }),
    [maintenanceFile]: maintenancePage(domains.web),
  };
}

/** A ConfigMap and a Secret of the same name. The SDK marks all values of a Secret as secret. */
function pair(scope: Scope, name: string, { plain, secret }: Environment): void {
  configMap(scope, name, plain);
  new kubernetes.core.v1.Secret(
    `${scope.name}-${name}-secret`,
    { metadata: named(scope, name), stringData: secret },
    childOf(scope),
  );
}

function configMap(scope: Scope, name: string, data: Readonly<Record<string, pulumi.Input<string>>>): void {
  new kubernetes.core.v1.ConfigMap(`${scope.name}-${name}`, { metadata: named(scope, name), data }, childOf(scope));
}
