// Builds what lives outside the cluster: the tailnet, queue workers, the immutable copy, the checks, the project.
import type * as pulumi from "@pulumi/pulumi";
import { ImmutableCopy } from "../../components/backups/immutable-copy.ts";
import { Monitoring } from "../../components/monitoring/monitoring.ts";
import { Project } from "../../components/network/project.ts";
import { probeKey } from "../../components/storage/versioned-bucket.ts";
import { Tailnet } from "../../components/tailnet/tailnet.ts";
import { Workers } from "../../components/workers/workers.ts";
import { providerOf } from "../providers.ts";
import { workerImage } from "../versions.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Storage, Zoned } from "./public.ts";

export function buildTailnet({ settings, providers }: Context): Tailnet {
  const { tailnet, protect } = settings;
  return new Tailnet("tailnet", { settings: tailnet, protect }, { providers: [providers.tailscale] });
}

/** One component for each account, so that everything in it has that account's provider. */
export function buildWorkers({ settings, providers }: Context, tailnet: Tailnet): void {
  const { name: prefix, workers, mastodon } = settings;
  const image = `${mastodon.images.rails}:v${mastodon.version}`;
  for (const account of new Set(Object.values(workers).map((worker) => worker.account))) {
    const inAccount = Object.fromEntries(Object.entries(workers).filter(([, worker]) => worker.account === account));
    new Workers(
      `workers-${account}`,
      { prefix, workers: inAccount, dropletImage: workerImage, image, policy: tailnet.acl },
      { providers: [providerOf(providers.digitalocean, account), providers.tailscale] },
    );
  }
}

export function buildBackups({ settings, providers, buckets }: Context): ImmutableCopy {
  const { name: prefix, backups, protect } = settings;
  return new ImmutableCopy(
    "immutable",
    { prefix, bucket: buckets.immutable, settings: backups.immutable, protect },
    { providers: [providerOf(providers.aws, backups.immutable.region)] },
  );
}

export function buildMonitoring({ settings, inMainAccount }: Context): void {
  const { name: prefix, domains: hosts, monitoring } = settings;
  new Monitoring("monitoring", { prefix, hosts, probePath: probeKey, settings: monitoring }, inMainAccount);
}

/** Puts everything that can be put into a project there. */
export function buildProject({ settings, inMainAccount }: Context, parts: ProjectParts): void {
  const { compute, zoned, storage } = parts;
  const resources: pulumi.Output<string>[] = [
    compute.cluster.clusterUrn,
    compute.postgresql.clusterUrn,
    compute.queue.clusterUrn,
    compute.cache.clusterUrn,
    zoned.zone.domainUrn,
    ...Object.values(storage).map(({ bucket }) => bucket.bucketUrn),
  ];
  new Project("project", { name: settings.name, resources }, inMainAccount);
}

export interface ProjectParts {
  readonly compute: Compute;
  readonly zoned: Zoned;
  readonly storage: Storage;
}
