// Builds the DigitalOcean project that holds everything of this server.
import type * as pulumi from "@pulumi/pulumi";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import { Project } from "../../components/network/project.ts";
import type { Workers } from "../../components/workers/workers.ts";
import { mainAccount } from "../secrets-settings.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import type { Storage } from "./storage.ts";
import type { Zoned } from "./zone.ts";

/**
 * Puts everything that can be put into a project there. The load balancer is among it although the platform makes it: it would take it in by
 * itself, and a list without it would take it out again at the next refresh. Workers of other accounts stay in those accounts' own projects.
 */
export function buildProject({ settings, inMainAccount }: Context, parts: ProjectParts): void {
  const { compute, databases, zoned, storage, mastodon, workers } = parts;
  const resources: pulumi.Output<string>[] = [
    compute.cluster.clusterUrn,
    ...Object.values(databases.clusters).map(({ clusterUrn }) => clusterUrn),
    ...(zoned.zone.domainUrn === undefined ? [] : [zoned.zone.domainUrn]),
    ...Object.values(storage).map(({ bucket }) => bucket.bucketUrn),
    mastodon.loadBalancerId.apply((id) => `do:loadbalancer:${id}`),
    ...(workers.get(mainAccount)?.dropletUrns ?? []),
  ];
  new Project("project", { name: settings.name, resources }, inMainAccount);
}

export interface ProjectParts {
  readonly compute: Compute;
  readonly databases: Databases;
  readonly zoned: Zoned;
  readonly storage: Storage;
  readonly mastodon: Mastodon;
  readonly workers: ReadonlyMap<string, Workers>;
}
