// Mastodon in Kubernetes: its namespace, secrets, migration, processes and load balancer.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { MastodonArgs } from "./args.ts";
import { withoutWebhook } from "../certificates/cert-manager/names.ts";
import { AssetsCopy } from "./assets/assets-copy.ts";
import { Configuration } from "./configuration.ts";
import { Guardrails } from "./guardrails.ts";
import { namespaceName } from "./kubernetes/namespace.ts";
import { createNamespace } from "./kubernetes/objects.ts";
import { type LoadBalancerAddresses, loadBalancerAddresses, requireIpv6 } from "./kubernetes/addresses.ts";
import { unawaited } from "./kubernetes/objects.ts";
import { childOf, named, type Scope } from "./kubernetes/scope.ts";
import { solverService } from "./edge/tls.ts";
import {
  insideService,
  internalService,
  loadBalancerAnnotations,
  loadBalancerIdAnnotation,
  loadBalancerService,
  solversService,
} from "./kubernetes/services.ts";
import { createStagingCopy } from "../staging/staging-copy.ts";
import { MastodonSecrets } from "./secrets/mastodon-secrets.ts";
import { createJob, type UpgradeJob } from "./upgrade/jobs.ts";
import { upgradeJobs } from "./upgrade/upgrade-jobs.ts";
import { UpgradeDump } from "./upgrade/upgrade-dump.ts";
import { type WorkloadEntry, workloadList } from "./workload-list.ts";
import { edgeWorkload } from "./workloads/edge.ts";
import { sidekiqWorkloads } from "./workloads/sidekiq.ts";
import { streamingPort, streamingWorkload } from "./workloads/streaming.ts";
import { webPort, webWorkload } from "./workloads/web.ts";
import { deploymentSpec, roleLabels, type Workload, workloadLabels } from "./workloads/workload.ts";

/** A running Mastodon server behind a load balancer. The database, Valkey, the bucket and the mail login come from outside. */
export class Mastodon extends pulumi.ComponentResource {
  /** IPv4 address of the load balancer. */
  readonly loadBalancerAddress: pulumi.Output<string>;
  /** None where the settings want none. */
  readonly loadBalancerIpv6: pulumi.Output<string> | undefined;
  readonly namespace: pulumi.Output<string>;
  /** Everything that runs, with the number of pods at rest. */
  readonly workloads: readonly WorkloadEntry[];
  /** The key that browsers subscribe to push notifications with. */
  readonly vapidPublicKey: pulumi.Output<string>;
  /** Secret: the keys without which no backup comes back to life. */
  readonly keys: MastodonSecrets["secrets"];
  private readonly loadBalancer: kubernetes.core.v1.Service;

  constructor(name: string, args: MastodonArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mastodon:Mastodon", name, {}, opts);
    const { settings, pools, provider } = args;
    const endsTls = args.loadBalancer.tls.at === "edge";
    const metrics = args.metrics !== undefined;
    const { stopped } = settings;
    const running = (workload: Workload): Workload => (stopped ? { ...workload, replicas: 0 } : workload);
    const web = running(webWorkload(settings, pools.web, args.metrics?.exporter));
    const streaming = running(streamingWorkload(settings, pools.web));
    const edge = edgeWorkload(settings, pools.web, endsTls, metrics);
    const workers = sidekiqWorkloads(settings, pools.sidekiq, args.cachePurge !== undefined, metrics).map(running);
    const workloads = [web, streaming, edge, ...workers];

    const secrets = new MastodonSecrets(`${name}-secrets`, { ...args, given: args.secrets ?? {} }, { parent: this });
    // The label always, so that it is still there when cert-manager goes: names.ts tells why.
    const namespace = createNamespace({ name, parent: this, provider }, namespaceName, withoutWebhook);
    const scope: Scope = { name, namespace, parent: this, provider };
    const guardrails = new Guardrails(`${name}-guardrails`, { ...args, workloads, namespace }, { parent: this });
    const configuration = new Configuration(
      `${name}-configuration`,
      { ...args, secrets: secrets.secrets, namespace },
      { parent: this },
    );
    const assets = createAssetsCopy(scope, args, guardrails);
    // They would fill an empty database before a restore does.
    const jobs: Partial<ReturnType<typeof upgradeJobs>> = stopped ? {} : upgradeJobs(args);
    const copy = createStagingCopy(scope, args, [guardrails, configuration, ...assets]);
    // One after the other: each asks for a node's room, and the plan for nodes reckons with one at a time.
    const dump = createDump(scope, { ...args, job: jobs.dump }, [guardrails, configuration, ...assets, ...copy]);
    const migration = optionalJob(scope, jobs.before, [guardrails, configuration, ...assets, ...copy, ...dump]);
    const deploy = (workload: Workload, after: pulumi.Resource[]) =>
      createDeployment(scope, workload, configuration.checksums, {
        scaled: args.scaled?.includes(workload.name) ?? false,
        after: [guardrails, configuration, ...after],
      });

    const sidekiq = workers.map((worker) => deploy(worker, migration));
    const webPods = deploy(web, migration);
    const streamingPods = deploy(streaming, migration);
    optionalJob(scope, jobs.after, [webPods, streamingPods, ...sidekiq]);
    const webService = createInternalService(scope, "web", webPort, webPods);
    const streamingService = createInternalService(scope, "streaming", streamingPort, streamingPods);
    // nginx looks up both names when it starts, and does not start without them.
    if (args.loadBalancer.tls.at === "edge") createProofServices(scope, args.loadBalancer.tls.insideAddress);
    const loadBalancer = createLoadBalancer(scope, args, deploy(edge, [webService, streamingService]));

    const addresses = addressesOf(loadBalancer);
    this.loadBalancerAddress = addresses.apply(({ address }) => address);
    this.loadBalancerIpv6 = args.loadBalancer.ipv6 ? addresses.apply(requireIpv6) : undefined;
    this.loadBalancer = loadBalancer;
    this.namespace = namespace;
    this.workloads = workloadList(workloads, settings, [
      ...copy.map(({ plan }) => plan),
      jobs.dump,
      jobs.before,
      jobs.after,
    ]);
    this.vapidPublicKey = secrets.vapidPublicKey;
    this.keys = secrets.secrets;
    this.registerOutputs({
      loadBalancerAddress: this.loadBalancerAddress,
      namespace: this.namespace,
      workloads: this.workloads,
      vapidPublicKey: this.vapidPublicKey,
    });
  }

  /** DigitalOcean's id of the load balancer, for alerts. Fails the update only where somebody asks for it. */
  get loadBalancerId(): pulumi.Output<string> {
    return idOf(this.loadBalancer);
  }
}

/**
 * What the roll has to wait for: nothing where there is no bucket for the files. It is done before the migration, so that both never run at once,
 * and a store that is not to be had stops an upgrade before it has changed anything.
 */
function createAssetsCopy(
  { name, namespace, parent }: Scope,
  { assets, ...args }: MastodonArgs,
  guardrails: Guardrails,
): pulumi.Resource[] {
  if (assets === undefined) return [];
  return [new AssetsCopy(`${name}-assets`, { ...args, assets, namespace, after: [guardrails] }, { parent }).job];
}

/** Nothing where the server is stopped. */
function optionalJob(scope: Scope, job: UpgradeJob | undefined, after: pulumi.Resource[]): pulumi.Resource[] {
  return job === undefined ? [] : [createJob(scope, job, after)];
}

/** What the migration has to wait for: nothing where the settings want no dump. */
function createDump(
  { name, namespace, parent }: Scope,
  { dump, job, ...args }: MastodonArgs & { readonly job: UpgradeJob | undefined },
  after: pulumi.Resource[],
): pulumi.Resource[] {
  if (dump === undefined || job === undefined) return [];
  return [new UpgradeDump(`${name}-dump`, { ...args, dump, job, namespace, after }, { parent }).job];
}

/** A scaler, or `kubectl scale`, owns `replicas` from then on. Once the settings count the pods again, that must not be a conflict. */
const takesFieldsBack = { "pulumi.com/patchForce": "true" };

function createDeployment(
  scope: Scope,
  workload: Workload,
  checksums: Configuration["checksums"],
  { scaled, after }: { readonly scaled: boolean; readonly after: pulumi.Resource[] },
): kubernetes.apps.v1.Deployment {
  const spec = deploymentSpec(workload, checksums[workload.role], scaled);
  return new kubernetes.apps.v1.Deployment(
    `${scope.name}-${workload.name}`,
    { metadata: { ...named(scope, workload.name, workloadLabels(workload)), annotations: takesFieldsBack }, spec },
    // Where the scaler is new, the field is still ours: to drop it would end all pods but one before the scaler is there.
    { ...childOf(scope, after), ignoreChanges: scaled ? ["spec.replicas"] : [] },
  );
}

/**
 * After its pods, so that the edge behind it finds them. The engine need not wait for endpoints as well: it has waited for the pods, and
 * would spend 10 s on making sure.
 */
function createInternalService(
  scope: Scope,
  role: "web" | "streaming",
  port: number,
  deployment: kubernetes.apps.v1.Deployment,
): kubernetes.core.v1.Service {
  return new kubernetes.core.v1.Service(
    `${scope.name}-${role}-service`,
    { metadata: unawaited(named(scope, role, roleLabels(role))), spec: internalService(role, port) },
    childOf(scope, [deployment]),
  );
}

/** What cert-manager needs to prove host names through the edge. Nothing has to wait for it: pods may come and go. */
function createProofServices(scope: Scope, insideAddress: string): void {
  for (const [name, spec] of [
    ["edge-inside", insideService(insideAddress)],
    [solverService, solversService],
  ] as const)
    new kubernetes.core.v1.Service(
      `${scope.name}-${name}`,
      { metadata: unawaited(named(scope, name)), spec },
      childOf(scope),
    );
}

function createLoadBalancer(
  scope: Scope,
  { settings, loadBalancer }: Pick<MastodonArgs, "settings" | "loadBalancer">,
  deployment: kubernetes.apps.v1.Deployment,
): kubernetes.core.v1.Service {
  const annotations = loadBalancerAnnotations(loadBalancer, settings.loadBalancerNodes);
  return new kubernetes.core.v1.Service(
    `${scope.name}-edge-service`,
    {
      metadata: { ...named(scope, "edge", roleLabels("edge")), annotations },
      spec: loadBalancerService(loadBalancer.tls.at === "edge"),
    },
    childOf(scope, [deployment]),
  );
}

function addressesOf(service: kubernetes.core.v1.Service): pulumi.Output<LoadBalancerAddresses> {
  return service.status.apply(({ loadBalancer }) => loadBalancerAddresses(loadBalancer?.ingress ?? []));
}

/** The controller writes it on the Service before it gives an address, for which the engine waits. */
function idOf(service: kubernetes.core.v1.Service): pulumi.Output<string> {
  return service.metadata.apply(({ annotations }) => {
    const id = annotations?.[loadBalancerIdAnnotation];
    if (!id)
      throw new Error(
        `the Service mastodon/edge has no annotation ${loadBalancerIdAnnotation}; run \`pulumi refresh\``,
      );
    return id;
  });
}
