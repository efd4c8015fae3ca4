// A certificate that DigitalOcean gets from Let's Encrypt and renews.
import { createHash } from "node:crypto";
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

export interface ManagedCertificateArgs {
  /** Beginning of the physical name. */
  readonly prefix: string;
  /** Host names in a zone at DigitalOcean. */
  readonly domains: readonly string[];
}

/**
 * The name follows from the domains: one in use cannot be deleted, so that another list needs a second certificate beside the
 * first, and names are unique.
 */
export function certificateName(prefix: string, domains: readonly string[]): string {
  return `${prefix}-${createHash("sha256").update(domains.toSorted().join()).digest("hex").slice(0, 8)}`;
}

/** A renewing certificate. Refer to it by name: its id changes at each renewal. `dependsOn` must name the zone, and reaches the certificate itself. */
export class ManagedCertificate extends pulumi.ComponentResource {
  readonly certificateName: pulumi.Output<string>;

  constructor(name: string, args: ManagedCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:dns:ManagedCertificate", name, {}, opts);
    const certificate = new digitalocean.Certificate(
      `${name}-certificate`,
      { name: certificateName(args.prefix, args.domains), type: "lets_encrypt", domains: [...args.domains] },
      // Said aloud, because the provider would delete first whatever has a name of its own.
      { parent: this, dependsOn: opts?.dependsOn ?? [], deleteBeforeReplace: false },
    );
    this.certificateName = certificate.name;
    this.registerOutputs({ certificateName: this.certificateName });
  }
}
