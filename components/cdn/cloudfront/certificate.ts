// A certificate of Amazon's for the host names of a distribution, proved by DNS records.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { relativeName, type RecordPlan } from "../../dns/records.ts";

export interface AcmCertificateArgs {
  /** All host names. */
  readonly domains: readonly string[];
  /** Zone that the host names are in. */
  readonly zone: string;
}

/** A requested certificate. It is issued when its records are there; `validated` waits for that. */
export class AcmCertificate extends pulumi.ComponentResource {
  /** The records that prove the host names. Whoever made them keeps them: Amazon looks again at each renewal. */
  readonly records: readonly RecordPlan<pulumi.Output<string>>[];
  readonly #name: string;
  readonly #certificate: aws.acm.Certificate;
  readonly #recordNames: pulumi.Output<string>[];

  constructor(name: string, args: AcmCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:cdn:AcmCertificate", name, {}, opts);
    // In an order of their own, so that host names which change their parts need no new certificate.
    const domains = args.domains.toSorted();
    const [domainName] = domains;
    this.#name = name;
    this.#certificate = new aws.acm.Certificate(
      `${name}-certificate`,
      { domainName, subjectAlternativeNames: domains, validationMethod: "DNS", keyAlgorithm: "EC_prime256v1" },
      // All names, the first among them, as Amazon gives them back: a shorter list would be another one at each update.
      // The distribution lets go of the old one only when it has the new one.
      { parent: this, deleteBeforeReplace: false },
    );
    const proofs = domains.map((domain) => ({ domain, ...proofOf(this.#certificate, domain) }));
    this.#recordNames = proofs.map(({ name: recordName }) => recordName);
    this.records = proofs.map((proof) => ({
      key: proof.domain.replaceAll(".", "-"),
      type: "CNAME",
      name: proof.name.apply((host) => relativeName(host, args.zone)),
      value: proof.value,
    }));
    this.registerOutputs({ arn: this.#certificate.arn });
  }

  /**
   * The certificate's ARN once it is issued.
   * @param records what makes the records; none when somebody else does, and then the update waits for that
   */
  validated(records: readonly pulumi.Resource[]): pulumi.Output<string> {
    return new aws.acm.CertificateValidation(
      `${this.#name}-validation`,
      { certificateArn: this.#certificate.arn, validationRecordFqdns: this.#recordNames },
      { parent: this, dependsOn: [...records], customTimeouts: { create: `${proofMinutes}m` } },
    ).certificateArn;
  }
}

/** Amazon mostly needs some minutes; a person who has to enter records somewhere else needs more. */
const proofMinutes = 75;

/** Name without, value with a trailing dot. Amazon lists the host names in an order of its own. */
function proofOf({ domainValidationOptions }: aws.acm.Certificate, domain: string) {
  const option = domainValidationOptions.apply((options) => {
    const found = options.find(({ domainName }) => domainName === domain);
    if (found === undefined) throw new Error(`Amazon gave no record that proves ${domain}; run \`pulumi refresh\``);
    return found;
  });
  return {
    name: option.resourceRecordName.apply((host) => host.replace(/\.$/, "")),
    value: option.resourceRecordValue.apply((host) => `${host.replace(/\.$/, "")}.`),
  };
}
