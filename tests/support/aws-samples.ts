// One valid example of every emulated AWS type, in an order in which they can be created, with references between them.
import type { Created, Properties } from "../../local/providers/contract.ts";
import { objects } from "../../local/providers/shared/values.ts";

/** Objects made so far, by short type name. */
type Made = Readonly<Record<string, Created>>;

/** A type, and its inputs given what was made before. */
export type Sample = readonly [type: string, inputs: (made: Made) => Properties];

const out = (made: Made, type: string, name: string) => made[type]!.state[name]!;
const id = (made: Made, type: string) => made[type]!.id;

const allow = (Action: string, Resource: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource }],
});
const policy = allow("ses:SendRawEmail", "*");
const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
};
const byAccount = (resource: unknown) => ({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "*", Resource: String(resource), Principal: { AWS: "arn:aws:iam::000000000000:root" } },
  ],
});
const bucket = { bucket: "example-backups" };
const behaviour = {
  targetOriginId: "media",
  viewerProtocolPolicy: "redirect-to-https",
  allowedMethods: ["GET", "HEAD"],
  cachedMethods: ["HEAD", "GET"],
};

/** Samples in order of creation. */
export const samples: readonly Sample[] = [
  ["s3/bucketV2:BucketV2", () => ({ bucket: "example-old" })],
  ["s3/bucket:Bucket", () => ({ ...bucket, objectLockEnabled: true, tags: { purpose: "backups" } })],
  ["s3/bucketVersioning:BucketVersioning", () => ({ ...bucket, versioningConfiguration: { status: "Enabled" } })],
  [
    "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    () => ({ ...bucket, rule: { defaultRetention: { mode: "COMPLIANCE", days: 35 } } }),
  ],
  [
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    () => ({
      ...bucket,
      rules: [
        { id: "old", status: "Enabled", filter: { prefix: "" }, noncurrentVersionExpiration: { noncurrentDays: 30 } },
      ],
    }),
  ],
  [
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    () => ({ ...bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true }),
  ],
  [
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    () => ({ ...bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] }),
  ],
  [
    "s3/bucketOwnershipControls:BucketOwnershipControls",
    () => ({ ...bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }),
  ],
  ["s3/bucketPolicy:BucketPolicy", () => ({ ...bucket, policy: byAccount("arn:aws:s3:::example-backups/*") })],
  [
    "s3/bucketCorsConfiguration:BucketCorsConfiguration",
    () => ({ ...bucket, corsRules: [{ allowedMethods: ["GET", "HEAD"], allowedOrigins: ["*"] }] }),
  ],
  ["s3/bucketLogging:BucketLogging", () => ({ ...bucket, targetBucket: "example-old", targetPrefix: "log/" })],
  ["s3/bucketObject:BucketObject", () => ({ ...bucket, key: "README", content: "hello" })],
  [
    "s3/bucketObjectv2:BucketObjectv2",
    () => ({ ...bucket, key: "README2", content: "hello", checksumAlgorithm: "SHA256" }),
  ],
  ["iam/user:User", () => ({ name: "mailer", path: "/mail/" })],
  ["iam/group:Group", () => ({ name: "senders" })],
  ["iam/role:Role", () => ({ name: "backup", assumeRolePolicy: trust })],
  ["iam/policy:Policy", () => ({ name: "send", policy: JSON.stringify(policy) })],
  ["iam/accessKey:AccessKey", () => ({ user: "mailer" })],
  ["iam/userPolicy:UserPolicy", () => ({ name: "send", user: "mailer", policy })],
  ["iam/groupPolicy:GroupPolicy", () => ({ name: "send", group: "senders", policy })],
  ["iam/rolePolicy:RolePolicy", () => ({ name: "send", role: "backup", policy })],
  ...(["user", "group", "role"] as const).map((holder): Sample => [
    `iam/${holder}PolicyAttachment:${holder[0]!.toUpperCase()}${holder.slice(1)}PolicyAttachment`,
    (made) => ({
      [holder]: { user: "mailer", group: "senders", role: "backup" }[holder],
      policyArn: out(made, "iam/policy:Policy", "arn"),
    }),
  ]),
  ["iam/groupMembership:GroupMembership", () => ({ name: "all", group: "senders", users: ["mailer"] })],
  ["iam/userGroupMembership:UserGroupMembership", () => ({ user: "mailer", groups: ["senders"] })],
  ["sns/topic:Topic", () => ({ name: "bounces" })],
  [
    "sns/topicPolicy:TopicPolicy",
    (made) => ({ arn: id(made, "sns/topic:Topic"), policy: byAccount(id(made, "sns/topic:Topic")) }),
  ],
  ["sqs/queue:Queue", () => ({ name: "bounces" })],
  ["sqs/queuePolicy:QueuePolicy", (made) => ({ queueUrl: id(made, "sqs/queue:Queue"), policy: byAccount("*") })],
  [
    "sns/topicSubscription:TopicSubscription",
    (made) => ({
      topic: id(made, "sns/topic:Topic"),
      protocol: "sqs",
      endpoint: out(made, "sqs/queue:Queue", "arn"),
    }),
  ],
  [
    "s3/bucketNotification:BucketNotification",
    (made) => ({ ...bucket, topics: [{ topicArn: id(made, "sns/topic:Topic"), events: ["s3:ObjectRemoved:*"] }] }),
  ],
  ["ses/configurationSet:ConfigurationSet", () => ({ name: "old-mail" })],
  ["ses/domainIdentity:DomainIdentity", () => ({ domain: "example.org" })],
  ["ses/domainDkim:DomainDkim", () => ({ domain: "example.org" })],
  ["ses/domainIdentityVerification:DomainIdentityVerification", () => ({ domain: "example.org" })],
  ["ses/mailFrom:MailFrom", () => ({ domain: "example.org", mailFromDomain: "bounce.example.org" })],
  ["ses/emailIdentity:EmailIdentity", () => ({ email: "admin@example.net" })],
  [
    "ses/eventDestination:EventDestination",
    (made) => ({
      name: "bounces",
      configurationSetName: "old-mail",
      matchingTypes: ["bounce", "complaint"],
      snsDestination: { topicArn: id(made, "sns/topic:Topic") },
    }),
  ],
  [
    "ses/identityNotificationTopic:IdentityNotificationTopic",
    (made) => ({ identity: "example.org", notificationType: "Bounce", topicArn: id(made, "sns/topic:Topic") }),
  ],
  ["sesv2/accountSuppressionAttributes:AccountSuppressionAttributes", () => ({ suppressedReasons: ["BOUNCE"] })],
  ["sesv2/configurationSet:ConfigurationSet", () => ({ configurationSetName: "mail" })],
  [
    "sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
    (made) => ({
      configurationSetName: "mail",
      eventDestinationName: "bounces",
      eventDestination: {
        enabled: true,
        matchingEventTypes: ["BOUNCE", "COMPLAINT"],
        snsDestination: { topicArn: id(made, "sns/topic:Topic") },
      },
    }),
  ],
  ["sesv2/emailIdentity:EmailIdentity", () => ({ emailIdentity: "ses.example.org", configurationSetName: "mail" })],
  [
    "sesv2/emailIdentityFeedbackAttributes:EmailIdentityFeedbackAttributes",
    () => ({ emailIdentity: "ses.example.org" }),
  ],
  [
    "sesv2/emailIdentityMailFromAttributes:EmailIdentityMailFromAttributes",
    () => ({ emailIdentity: "ses.example.org", mailFromDomain: "bounce.ses.example.org" }),
  ],
  [
    "cloudwatch/metricAlarm:MetricAlarm",
    (made) => ({
      name: "bounce-rate",
      namespace: "AWS/SES",
      metricName: "Reputation.BounceRate",
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      period: 3600,
      statistic: "Average",
      threshold: 0.05,
      alarmActions: [id(made, "sns/topic:Topic")],
    }),
  ],
  [
    "budgets/budget:Budget",
    () => ({
      name: "monthly",
      budgetType: "COST",
      limitAmount: "25",
      limitUnit: "USD",
      timeUnit: "MONTHLY",
      notifications: [
        {
          comparisonOperator: "GREATER_THAN",
          notificationType: "ACTUAL",
          threshold: 80.5,
          thresholdType: "PERCENTAGE",
          subscriberEmailAddresses: ["admin@example.org"],
        },
      ],
    }),
  ],
  ["route53/zone:Zone", () => ({ name: "example.org" })],
  ["acm/certificate:Certificate", () => ({ domainName: "media.example.org", validationMethod: "DNS" })],
  [
    "route53/record:Record",
    (made) => {
      const [option] = objects(made["acm/certificate:Certificate"]!.state, "domainValidationOptions");
      const records = [option!["resourceRecordValue"]!];
      return {
        zoneId: id(made, "route53/zone:Zone"),
        name: option!["resourceRecordName"]!,
        type: "CNAME",
        ttl: 60,
        records,
      };
    },
  ],
  [
    "acm/certificateValidation:CertificateValidation",
    (made) => ({
      certificateArn: id(made, "acm/certificate:Certificate"),
      validationRecordFqdns: [out(made, "route53/record:Record", "fqdn")],
    }),
  ],
  [
    "cloudfront/cachePolicy:CachePolicy",
    () => ({
      name: "media",
      parametersInCacheKeyAndForwardedToOrigin: {
        cookiesConfig: { cookieBehavior: "none" },
        headersConfig: { headerBehavior: "none" },
        queryStringsConfig: { queryStringBehavior: "none" },
      },
    }),
  ],
  [
    "cloudfront/originRequestPolicy:OriginRequestPolicy",
    () => ({
      name: "media",
      cookiesConfig: { cookieBehavior: "none" },
      headersConfig: { headerBehavior: "none" },
      queryStringsConfig: { queryStringBehavior: "none" },
    }),
  ],
  [
    "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
    () => ({ name: "media", serverTimingHeadersConfig: { enabled: true, samplingRate: 0.5 } }),
  ],
  [
    "cloudfront/function:Function",
    () => ({ name: "rewrite", runtime: "cloudfront-js-2.0", code: "function handler(e){}" }),
  ],
  [
    "cloudfront/originAccessControl:OriginAccessControl",
    () => ({ name: "media", originAccessControlOriginType: "s3", signingBehavior: "always", signingProtocol: "sigv4" }),
  ],
  [
    "cloudfront/distribution:Distribution",
    (made) => ({
      enabled: true,
      aliases: ["media.example.org"],
      origins: [
        {
          originId: "media",
          domainName: "example-media.s3.us-east-1.amazonaws.com",
          originAccessControlId: id(made, "cloudfront/originAccessControl:OriginAccessControl"),
        },
      ],
      defaultCacheBehavior: { ...behaviour, cachePolicyId: id(made, "cloudfront/cachePolicy:CachePolicy") },
      restrictions: { geoRestriction: { restrictionType: "none" } },
      viewerCertificate: {
        acmCertificateArn: out(made, "acm/certificateValidation:CertificateValidation", "certificateArn"),
        sslSupportMethod: "sni-only",
      },
    }),
  ],
];
