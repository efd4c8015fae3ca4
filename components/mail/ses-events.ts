// What operators hear about outgoing mail: bounces, complaints, and alarms on the account's reputation and quota.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { publishPolicy } from "./documents.ts";
import { mailAlarms, type MailAlarm } from "./limits.ts";
import type { MailSettings } from "./settings.ts";

export interface SesEventsArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly settings: MailSettings;
  /** Its events are told. */
  readonly configuration: aws.sesv2.ConfigurationSet;
  /** Mail addresses that get the alarms. Each confirms once, by a link that Amazon sends. */
  readonly alarmEmails: readonly string[];
  /** Mail addresses that get each single bounce and complaint. */
  readonly eventEmails: readonly string[];
}

/** One topic for each kind of event, so that people and programs subscribe to what they need. */
const events = [
  { topic: "bounces", types: ["BOUNCE"] },
  { topic: "complaints", types: ["COMPLAINT"] },
] as const;

/** Topics with their subscribers, and the alarms that ring before Amazon acts. Encrypted topics would need a key that SES may use. */
export class SesEvents extends pulumi.ComponentResource {
  constructor(name: string, args: SesEventsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mail:SesEvents", name, {}, opts);
    for (const { topic, types } of events) this.publish(name, topic, types, args);
    const alarms = this.createTopic(name, "alarms", args.prefix, args.alarmEmails);
    this.allow(name, "alarms", alarms, "cloudwatch.amazonaws.com");
    for (const alarm of mailAlarms(args.settings)) this.createAlarm(name, args.prefix, alarm, alarms.arn);
    this.registerOutputs();
  }

  private publish(name: string, key: string, types: readonly string[], args: SesEventsArgs): void {
    const { prefix, configuration, eventEmails } = args;
    const topic = this.createTopic(name, key, prefix, eventEmails);
    const policy = this.allow(name, key, topic, "ses.amazonaws.com", configuration.arn);
    new aws.sesv2.ConfigurationSetEventDestination(
      `${name}-${key}-destination`,
      {
        configurationSetName: configuration.configurationSetName,
        eventDestinationName: key,
        eventDestination: {
          enabled: true,
          matchingEventTypes: [...types],
          snsDestination: { topicArn: topic.arn },
        },
      },
      { parent: this, dependsOn: policy }, // SES tries the topic before it takes it
    );
  }

  private createTopic(name: string, key: string, prefix: string, emails: readonly string[]): aws.sns.Topic {
    const topic = new aws.sns.Topic(`${name}-${key}`, { name: `${prefix}-mail-${key}` }, { parent: this });
    for (const endpoint of emails)
      new aws.sns.TopicSubscription(
        `${name}-${key}-${endpoint}`,
        { topic: topic.arn, protocol: "email", endpoint },
        { parent: this },
      );
    return topic;
  }

  private allow(
    name: string,
    key: string,
    topic: aws.sns.Topic,
    service: string,
    source?: pulumi.Output<string>,
  ): aws.sns.TopicPolicy {
    const policy = pulumi
      .all([topic.arn, source])
      .apply(([arn, from]) =>
        JSON.stringify(publishPolicy(arn, { service, ...(from !== undefined && { source: from }) })),
      );
    return new aws.sns.TopicPolicy(`${name}-${key}-policy`, { arn: topic.arn, policy }, { parent: this });
  }

  private createAlarm(name: string, prefix: string, alarm: MailAlarm, topic: pulumi.Output<string>): void {
    const { key, description, ...metric } = alarm;
    new aws.cloudwatch.MetricAlarm(
      `${name}-${key}`,
      {
        ...metric,
        name: `${prefix}-mail-${key}`,
        alarmDescription: `${description} (docs/alarms.md, mail-${key})`,
        namespace: "AWS/SES",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        evaluationPeriods: 1,
        alarmActions: [topic],
        okActions: [topic],
      },
      { parent: this },
    );
  }
}
