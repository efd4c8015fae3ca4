// What aws's declarations do not show: which changes replace, which lists have no order, defaults, and true fractions.
// Source: the schemas (`ForceNew`, `TypeSet`, `Default`, `TypeFloat`) in terraform-provider-aws, internal/service/<service>,
// read 2026-11-23 for acm, budgets, cloudfront, iam access keys, route53, s3, ses, sesv2 and sns subscriptions; the others from
// its documentation. Differences from what one might expect: an IAM user's or group's name and path, a Route 53 record's type,
// and the names of CloudFront policies are changed in place.
import type { Corrections } from "../declared-types.ts";

const owned = ["bucket", "expectedBucketOwner"];

const specific: Readonly<Record<string, Corrections>> = {
  "acm:Certificate": {
    replaces: [
      "certificateAuthorityArn",
      "domainName",
      "keyAlgorithm",
      "subjectAlternativeNames",
      "validationMethod",
      "validationOptions",
    ],
    sets: ["domainValidationOptions", "subjectAlternativeNames", "validationOptions"],
  },
  "acm:CertificateValidation": {
    replaces: ["certificateArn", "validationRecordFqdns"],
    sets: ["validationRecordFqdns"],
  },
  "budgets:Budget": {
    replaces: ["accountId", "name", "namePrefix"],
    sets: ["costFilters", "notifications", "plannedLimits"],
    fractions: ["notifications.threshold"],
    defaults: { timePeriodEnd: "2087-06-15_00:00" },
  },
  "cloudfront:CachePolicy": { defaults: { defaultTtl: 86_400, maxTtl: 31_536_000 } },
  "cloudfront:Distribution": {
    replaces: ["staging"],
    sets: [
      "aliases",
      "customErrorResponses",
      "defaultCacheBehavior.allowedMethods",
      "defaultCacheBehavior.cachedMethods",
      "orderedCacheBehaviors.allowedMethods",
      "orderedCacheBehaviors.cachedMethods",
      "origins",
      "restrictions.geoRestriction.locations",
    ],
    defaults: { httpVersion: "http2", priceClass: "PriceClass_All", waitForDeployment: true },
  },
  "cloudfront:Function": { replaces: ["name"], defaults: { publish: true } },
  "cloudfront:ResponseHeadersPolicy": { fractions: ["serverTimingHeadersConfig.samplingRate"] },
  "cloudwatch:MetricAlarm": {
    replaces: ["name"],
    sets: ["alarmActions", "insufficientDataActions", "metricQueries", "okActions"],
    fractions: ["threshold"],
    defaults: { actionsEnabled: true, treatMissingData: "missing" },
  },
  "iam:AccessKey": { replaces: ["pgpKey", "user"], defaults: { status: "Active" } },
  "iam:Group": { defaults: { path: "/" } },
  "iam:GroupMembership": { replaces: ["group", "name"], sets: ["users"] },
  "iam:GroupPolicy": { replaces: ["group", "name", "namePrefix"] },
  "iam:GroupPolicyAttachment": { replaces: "every input" },
  "iam:Policy": { replaces: ["description", "name", "namePrefix", "path"], defaults: { path: "/" } },
  "iam:Role": {
    replaces: ["name", "namePrefix", "path"],
    sets: ["inlinePolicies", "managedPolicyArns"],
    defaults: { maxSessionDuration: 3600, path: "/" },
  },
  "iam:RolePolicy": { replaces: ["name", "namePrefix", "role"] },
  "iam:RolePolicyAttachment": { replaces: "every input" },
  "iam:User": { defaults: { path: "/" } },
  "iam:UserGroupMembership": { replaces: ["user"], sets: ["groups"] },
  "iam:UserPolicy": { replaces: ["name", "namePrefix", "user"] },
  "iam:UserPolicyAttachment": { replaces: "every input" },
  "route53:Record": { replaces: ["name", "zoneId"], sets: ["records"] },
  "route53:Zone": {
    replaces: ["delegationSetId", "name"],
    sets: ["vpcs"],
    // Pulumi's own word for resources without a comment.
    defaults: { comment: "Managed by Pulumi" },
  },
  "s3:Bucket": { replaces: ["bucket", "bucketNamespace", "bucketPrefix", "objectLockEnabled"] },
  "s3:BucketCorsConfiguration": {
    replaces: owned,
    sets: ["corsRules", "corsRules.allowedMethods", "corsRules.allowedOrigins"],
  },
  "s3:BucketLifecycleConfiguration": { replaces: owned, sets: ["rules.transitions"] },
  "s3:BucketLogging": { replaces: owned },
  "s3:BucketNotification": { replaces: ["bucket"] },
  "s3:BucketObject": { replaces: ["bucket", "key"], defaults: { acl: "private" } },
  "s3:BucketObjectLockConfiguration": {
    replaces: [...owned, "objectLockEnabled"],
    defaults: { objectLockEnabled: "Enabled" },
  },
  "s3:BucketObjectv2": { replaces: ["bucket", "key"] },
  "s3:BucketOwnershipControls": { replaces: ["bucket"] },
  "s3:BucketPolicy": { replaces: ["bucket"] },
  "s3:BucketPublicAccessBlock": { replaces: ["bucket"] },
  "s3:BucketServerSideEncryptionConfiguration": { replaces: owned, sets: ["rules"] },
  "s3:BucketV2": { replaces: ["bucket", "bucketPrefix", "objectLockEnabled"] },
  "s3:BucketVersioning": { replaces: owned },
  "ses:ConfigurationSet": { replaces: ["name"], defaults: { sendingEnabled: true } },
  "ses:DomainDkim": { replaces: ["domain"] },
  "ses:DomainIdentity": { replaces: ["domain"] },
  "ses:DomainIdentityVerification": { replaces: ["domain"] },
  "ses:EmailIdentity": { replaces: ["email"] },
  "ses:EventDestination": { replaces: "every input", sets: ["cloudwatchDestinations", "matchingTypes"] },
  "ses:IdentityNotificationTopic": { replaces: ["identity", "notificationType"] },
  "ses:MailFrom": { replaces: ["domain"], defaults: { behaviorOnMxFailure: "UseDefaultValue" } },
  "sesv2:AccountSuppressionAttributes": { sets: ["suppressedReasons"] },
  "sesv2:ConfigurationSet": { replaces: ["configurationSetName"] },
  "sesv2:ConfigurationSetEventDestination": {
    replaces: ["configurationSetName", "eventDestinationName"],
    sets: ["eventDestination.matchingEventTypes"],
  },
  "sesv2:EmailIdentity": { replaces: ["emailIdentity"] },
  "sesv2:EmailIdentityFeedbackAttributes": { replaces: ["emailIdentity"] },
  "sesv2:EmailIdentityMailFromAttributes": {
    replaces: ["emailIdentity"],
    defaults: { behaviorOnMxFailure: "USE_DEFAULT_VALUE" },
  },
  "sns:Topic": { replaces: ["fifoTopic", "name", "namePrefix"] },
  "sns:TopicPolicy": { replaces: ["arn"] },
  "sns:TopicSubscription": {
    replaces: ["endpoint", "protocol", "topic"],
    defaults: { confirmationTimeoutInMinutes: 1 },
  },
  "sqs:Queue": {
    replaces: ["fifoQueue", "name", "namePrefix"],
    defaults: { maxMessageSize: 262_144, messageRetentionSeconds: 345_600, visibilityTimeoutSeconds: 30 },
  },
  "sqs:QueuePolicy": { replaces: ["queueUrl"] },
};

/** Corrections of a type, by service and class. A resource never moves between regions: changing `region` replaces all. */
export function correctionsOf(key: string): Corrections {
  const own = specific[key] ?? {};
  return own.replaces === "every input" ? own : { ...own, replaces: [...(own.replaces ?? []), "region"] };
}
