// The site's certificate, got by the cluster from an ACME authority.
import type * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createAwsLogin } from "../aws-login.ts";
import { edgeCertificateSecret } from "../mastodon/edge/tls.ts";
import { certificateSpec, issuerSpec, zoneLoginKey, zoneLoginPolicy, zoneLoginSecret } from "./acme.ts";
import type { CertificatesSettings } from "./settings.ts";

export interface AcmeCertificateArgs {
  /** Beginning of physical names outside the cluster. */
  readonly prefix: string;
  readonly namespace: pulumi.Input<string>;
  readonly hosts: readonly string[];
  readonly settings: CertificatesSettings["acme"];
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  /**
   * Zone at Route 53 that proofs are written into, and the provider of an account that may give a login to it.
   * @default - the host names are proved by HTTP
   */
  readonly zone?: { readonly zoneId: pulumi.Output<string>; readonly region: string; readonly provider: aws.Provider };
}

/**
 * cert-manager's Issuer and Certificate. `dependsOn` names what the first proof needs, which is the records and cert-manager itself, and reaches
 * the Certificate: an authority that looks too early is asked again only an hour later.
 */
export class AcmeCertificate extends pulumi.ComponentResource {
  constructor(name: string, args: AcmeCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:certificates:AcmeCertificate", name, {}, opts);
    const { namespace, hosts, settings, provider } = args;
    const options = { parent: this, provider, dependsOn: opts?.dependsOn ?? [] };
    const login = args.zone && this.createLogin(name, args, args.zone);
    const metadata = (object: string) => ({
      name: object,
      namespace,
      labels: { "app.kubernetes.io/part-of": "mastodon", "app.kubernetes.io/managed-by": "pulumi" },
    });
    if (login)
      new kubernetes.core.v1.Secret(
        `${name}-login`,
        { metadata: metadata(zoneLoginSecret), stringData: { [zoneLoginKey]: pulumi.secret(login.secret) } },
        options,
      );
    const zone = args.zone && login && { ...args.zone, accessKeyId: login.id };
    const issuer = new kubernetes.apiextensions.CustomResource(
      `${name}-issuer`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Issuer",
        metadata: metadata("certificate-authority"),
        spec: issuerSpec<pulumi.Output<string>>(settings, zone),
      },
      options,
    );
    new kubernetes.apiextensions.CustomResource(
      `${name}-certificate`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: metadata("edge"),
        spec: certificateSpec(hosts, edgeCertificateSecret, "certificate-authority"),
      },
      { ...options, dependsOn: issuer },
    );
    this.registerOutputs({});
  }

  private createLogin(
    name: string,
    { prefix, hosts }: AcmeCertificateArgs,
    { zoneId, provider }: NonNullable<AcmeCertificateArgs["zone"]>,
  ): aws.iam.AccessKey {
    const policy = zoneId.apply((id) => JSON.stringify(zoneLoginPolicy(id, hosts)));
    const login = { userName: `${prefix}-certificate`, policyName: "prove-host-names", policy };
    return createAwsLogin(name, login, { parent: this, provider });
  }
}
