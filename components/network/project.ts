// The DigitalOcean project: the folder in which people find everything of this server in the panel and on the bill.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

export interface ProjectArgs {
  readonly name: string;
  /** URNs of DigitalOcean (`do:kubernetes:…`), not of Pulumi. */
  readonly resources: readonly pulumi.Input<string>[];
}

/** Holds what can be put into a project; VPCs, certificates, CDNs and firewalls cannot. */
export class Project extends pulumi.ComponentResource {
  constructor(name: string, args: ProjectArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:network:Project", name, {}, opts);
    const project = new digitalocean.Project(
      `${name}-project`,
      {
        name: args.name,
        description: "Mastodon server, managed by Pulumi",
        purpose: "Web Application",
        environment: "Production",
        resources: [...args.resources],
      },
      { parent: this },
    );
    this.registerOutputs({ projectId: project.id });
  }
}
