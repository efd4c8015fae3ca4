// Builds the DigitalOcean project that holds everything of this server.
import type * as pulumi from "@pulumi/pulumi";
import { Project } from "../../components/network/project.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import type { Storage } from "./storage.ts";
import type { Zoned } from "./zone.ts";

/** Puts everything that can be put into a project there. */
export function buildProject({ settings, inMainAccount }: Context, parts: ProjectParts): void {
  const { compute, databases, zoned, storage } = parts;
  const resources: pulumi.Output<string>[] = [
    compute.cluster.clusterUrn,
    ...Object.values(databases.clusters).map(({ clusterUrn }) => clusterUrn),
    ...(zoned.zone.domainUrn === undefined ? [] : [zoned.zone.domainUrn]),
    ...Object.values(storage).map(({ bucket }) => bucket.bucketUrn),
  ];
  new Project("project", { name: settings.name, resources }, inMainAccount);
}

export interface ProjectParts {
  readonly compute: Compute;
  readonly databases: Databases;
  readonly zoned: Zoned;
  readonly storage: Storage;
}
