// Outgoing mail through Amazon SES: a verified domain and an SMTP login.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createAwsLogin } from "../aws-login.ts";
import { relativeName } from "../dns/records.ts";
import { sendPolicy } from "./documents.ts";
import { mailFromDomain } from "./records.ts";
import { SesEvents } from "./ses-events.ts";
import type { MailSettings } from "./settings.ts";
import { sesSmtpPassword } from "./smtp-password.ts";

export interface SesArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  /** Domain that mail comes from. */
  readonly domain: string;
  /** Zone that the domain's records are in. */
  readonly zone: string;
  readonly settings: MailSettings;
  /** Mail addresses of those who act on alarms. */
  readonly operators: readonly string[];
}

/** DigitalOcean blocks 25, and for newer accounts 465 and 587; SES listens here too, with STARTTLS (facts/peers D5.8). */
const smtpPort = 2587;

const suppressedReasons = ["BOUNCE", "COMPLAINT"] as const;

/** SES for one domain. Its DNS records are made with all others. */
export class Ses extends pulumi.ComponentResource {
  readonly host: string;
  readonly port = smtpPort;
  readonly user: pulumi.Output<string>;
  /** Secret; follows from the user's key and the region. */
  readonly password: pulumi.Output<string>;
  /** The three DKIM records, relative to the zone. */
  readonly dkim: readonly { readonly name: pulumi.Output<string>; readonly value: pulumi.Output<string> }[];

  constructor(name: string, args: SesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mail:Ses", name, {}, opts);
    const { domain, zone, settings } = args;
    const configuration = this.createConfiguration(name, args);
    const identity = this.createIdentity(name, args, configuration);
    const policy = pulumi.jsonStringify(sendPolicy(domain, [identity.arn, configuration.arn]));
    const smtp = { userName: `${args.prefix}-smtp`, policyName: "send-mail", policy };
    const login = createAwsLogin(name, smtp, { parent: this });
    this.tell(name, args, configuration);
    this.host = `email-smtp.${settings.region}.amazonaws.com`;
    this.user = login.id;
    this.password = pulumi.secret(login.secret).apply((key) => sesSmtpPassword(key, settings.region));
    this.dkim = [0, 1, 2].map((index) => dkimRecord(identity, index, relativeName(`_domainkey.${domain}`, zone)));
    this.registerOutputs({ host: this.host });
  }

  private createConfiguration(name: string, { prefix }: SesArgs): aws.sesv2.ConfigurationSet {
    return new aws.sesv2.ConfigurationSet(
      `${name}-configuration`,
      {
        configurationSetName: prefix,
        deliveryOptions: { tlsPolicy: "REQUIRE" },
        reputationOptions: { reputationMetricsEnabled: true },
        // Mail to whom it bounced or who complained is dropped by SES, whatever the account's own list does.
        suppressionOptions: { suppressedReasons: [...suppressedReasons] },
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

  private tell(
    name: string,
    { prefix, settings, operators }: SesArgs,
    configuration: aws.sesv2.ConfigurationSet,
  ): void {
    const eventEmails = settings.eventEmails ?? operators;
    new SesEvents(
      `${name}-events`,
      { prefix, settings, configuration, alarmEmails: operators, eventEmails },
      { parent: this },
    );
    if (settings.accountSuppression)
      new aws.sesv2.AccountSuppressionAttributes(
        `${name}-account-suppression`,
        { suppressedReasons: [...suppressedReasons] },
        { parent: this },
      );
  }
}

function dkimRecord(identity: aws.sesv2.EmailIdentity, index: number, suffix: string) {
  const token = identity.dkimSigningAttributes.apply(({ tokens }) => tokens?.[index] ?? "");
  return { name: pulumi.interpolate`${token}.${suffix}`, value: pulumi.interpolate`${token}.dkim.amazonses.com.` };
}
