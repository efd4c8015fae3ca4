// A certificate that DigitalOcean gets from Let's Encrypt and renews.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

export interface ManagedCertificateArgs {
  /** Physical name. The domains are not part of it, so a changed list replaces the certificate under the same name. */
  readonly certificateName: string;
  /** Host names in a zone at DigitalOcean. */
  readonly domains: readonly string[];
}

/** A renewing certificate. Refer to it by name: its id changes at each renewal. `dependsOn` must name the zone, and reaches the certificate itself. */
export class ManagedCertificate extends pulumi.ComponentResource {
  readonly certificateName: pulumi.Output<string>;

  constructor(name: string, args: ManagedCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:dns:ManagedCertificate", name, {}, opts);
    const certificate = new digitalocean.Certificate(
      `${name}-certificate`,
      { name: args.certificateName, type: "lets_encrypt", domains: [...args.domains] },
      { parent: this, dependsOn: opts?.dependsOn ?? [], deleteBeforeReplace: true }, // names are unique
    );
    this.certificateName = certificate.name;
    this.registerOutputs({ certificateName: this.certificateName });
  }
}
