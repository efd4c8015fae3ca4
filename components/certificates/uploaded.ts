// An operator's own certificate at DigitalOcean.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { certificateParts, fingerprintOf, type PemTexts } from "./inspect.ts";

export interface UploadedCertificateArgs {
  /** Beginning of the physical name, which ends in the certificate's fingerprint: a renewed one stands beside the one in use. */
  readonly prefix: string;
  readonly pem: PemTexts;
}

/** A certificate that its operator renews, by another secret setting. */
export class UploadedCertificate extends pulumi.ComponentResource {
  readonly certificateName: pulumi.Output<string>;

  constructor(name: string, args: UploadedCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:certificates:UploadedCertificate", name, {}, opts);
    const { leaf, chain, privateKey } = certificateParts(args.pem);
    const certificate = new digitalocean.Certificate(
      `${name}-certificate`,
      {
        name: `${args.prefix}-${fingerprintOf(args.pem)}`,
        type: "custom",
        leafCertificate: pulumi.secret(leaf),
        ...(chain === "" ? {} : { certificateChain: pulumi.secret(chain) }),
        privateKey: pulumi.secret(privateKey),
      },
      { parent: this, deleteBeforeReplace: false },
    );
    this.certificateName = certificate.name;
    this.registerOutputs({ certificateName: this.certificateName });
  }
}
