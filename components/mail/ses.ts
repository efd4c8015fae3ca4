// Outgoing mail through Amazon SES: a verified domain and an SMTP login.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { relativeName } from "../dns/records.ts";
import { mailFromDomain } from "./records.ts";
import type { MailSettings } from "./settings.ts";

export interface SesArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  /** Domain that mail comes from. */
  readonly domain: string;
  /** Zone that the domain's records are in. */
  readonly zone: string;
  readonly settings: MailSettings;
}

/** DigitalOcean blocks 25, and for newer accounts 465 and 587; SES listens here too, with STARTTLS (facts/peers D5.8). */
const smtpPort = 2587;

/** SES for one domain. Its DNS records are made with all others. */
export class Ses extends pulumi.ComponentResource {
  readonly host: string;
  readonly port = smtpPort;
  readonly user: pulumi.Output<string>;
  /** Secret; derived by the provider from the user's key. */
  readonly password: pulumi.Output<string>;
  /** The three DKIM records, relative to the zone. */
  readonly dkim: readonly { readonly name: pulumi.Output<string>; readonly value: pulumi.Output<string> }[];

  constructor(name: string, args: SesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mail:Ses", name, {}, opts);
    const { prefix, domain, zone, settings } = args;
    const configuration = this.createConfiguration(name, prefix);
    const identity = this.createIdentity(name, args, configuration);
    const login = this.createLogin(name, prefix, [identity.arn, configuration.arn]);
    this.host = `email-smtp.${settings.region}.amazonaws.com`;
    this.user = login.id;
    this.password = pulumi.secret(login.sesSmtpPasswordV4);
    this.dkim = [0, 1, 2].map((index) => dkimRecord(identity, index, relativeName(`_domainkey.${domain}`, zone)));
    this.registerOutputs({ host: this.host });
  }

  private createConfiguration(name: string, prefix: string): aws.sesv2.ConfigurationSet {
    return new aws.sesv2.ConfigurationSet(
      `${name}-configuration`,
      {
        configurationSetName: prefix,
        deliveryOptions: { tlsPolicy: "REQUIRE" },
        reputationOptions: { reputationMetricsEnabled: true },
      },
      { parent: this },
    );
  }

  private createIdentity(
    name: string,
    { domain, settings }: SesArgs,
    configuration: aws.sesv2.ConfigurationSet,
  ): aws.sesv2.EmailIdentity {
    const identity = new aws.sesv2.EmailIdentity(
      `${name}-identity`,
      { emailIdentity: domain, configurationSetName: configuration.configurationSetName },
      { parent: this },
    );
    new aws.sesv2.EmailIdentityMailFromAttributes(
      `${name}-mail-from`,
      { emailIdentity: identity.emailIdentity, mailFromDomain: mailFromDomain(domain, settings) },
      { parent: this },
    );
    return identity;
  }

  private createLogin(name: string, prefix: string, sendsWith: pulumi.Output<string>[]): aws.iam.AccessKey {
    const user = new aws.iam.User(`${name}-user`, { name: `${prefix}-smtp` }, { parent: this });
    new aws.iam.UserPolicy(
      `${name}-policy`,
      { name: "send-mail", user: user.name, policy: pulumi.jsonStringify(sendPolicy(sendsWith)) },
      { parent: this },
    );
    return new aws.iam.AccessKey(`${name}-access-key`, { user: user.name }, { parent: this });
  }
}

/**
 * @param sendsWith ARNs of the identity and of its configuration set: SES checks both, and answers 554 when one is missing
 */
function sendPolicy(sendsWith: readonly pulumi.Input<string>[]) {
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "ses:SendRawEmail", Resource: sendsWith }],
  };
}

function dkimRecord(identity: aws.sesv2.EmailIdentity, index: number, suffix: string) {
  const token = identity.dkimSigningAttributes.apply(({ tokens }) => tokens?.[index] ?? "");
  return { name: pulumi.interpolate`${token}.${suffix}`, value: pulumi.interpolate`${token}.dkim.amazonses.com.` };
}
