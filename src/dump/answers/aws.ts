// What AWS would answer: ids and ARNs in the forms of its provider, for every type that the local cloud knows.
import { type AnswerOf, type Inputs, awsAccount, capitals, hex, madeAt, secretText, textOf, uuid } from "./values.ts";

const defaultRegion = "ca-central-1";

/** The region stands in the provider, which an answer does not see; one region for all does. */
const arn = (service: string, resource: string, region = defaultRegion) =>
  `arn:aws:${service}:${region}:${awsAccount}:${resource}`;

/** Known by the value of one input, with an ARN. */
const named =
  (property: string, arnOf: (id: string) => string): AnswerOf =>
  (inputs, name) => {
    const id = textOf(inputs[property], name);
    return { id, outputs: { arn: arnOf(id) } };
  };

/** Part of another object, known by that one's id. */
const partOf =
  (property: string): AnswerOf =>
  (inputs, name) => ({ id: textOf(inputs[property], name) });

const numbered: AnswerOf = (_inputs, name) => ({ id: uuid(name), outputs: { etag: `E${capitals(name, 13)}` } });

const iam = (kind: string) => named("name", (id) => arn("iam", `${kind}/${id}`, ""));

const certificate: AnswerOf = ({ domainName, subjectAlternativeNames }, name) => {
  const id = arn("acm", `certificate/${uuid(name)}`, "us-east-1");
  const others = Array.isArray(subjectAlternativeNames) ? subjectAlternativeNames.map(String) : [];
  const names = [...new Set([textOf(domainName), ...others])];
  const domainValidationOptions = names.map((domain) => ({
    domainName: domain,
    resourceRecordName: `_${hex(domain, 32)}.${domain.replace(/^\*\./, "")}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_${hex(`value ${domain}`, 32)}.acm-validations.aws.`,
  }));
  return { id, outputs: { arn: id, status: "ISSUED", domainValidationOptions } };
};

const distribution: AnswerOf = (_inputs, name) => {
  const id = `E${capitals(name, 13)}`;
  return {
    id,
    outputs: {
      arn: arn("cloudfront", `distribution/${id}`, ""),
      domainName: `d${hex(name, 13)}.cloudfront.net`,
      hostedZoneId: "Z2FDTNDATAQYW2", // CloudFront's own zone, the same for all (docs.aws.amazon.com, Route 53 alias targets)
      etag: `E${capitals(`etag ${name}`, 13)}`,
      status: "Deployed",
    },
  };
};

const bucket: AnswerOf = ({ bucket: given }, name) => {
  const id = textOf(given, name);
  return {
    id,
    outputs: {
      arn: `arn:aws:s3:::${id}`,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${id}.s3.${defaultRegion}.amazonaws.com`,
      hostedZoneId: "Z3AQBSTGFYJSTF",
    },
  };
};

const zone: AnswerOf = (_inputs, name) => {
  const id = `Z${capitals(name, 13)}`;
  const nameServers = ["awsdns-00.com", "awsdns-01.net", "awsdns-02.org", "awsdns-03.co.uk"].map(
    (host) => `ns-1.${host}`,
  );
  return { id, outputs: { zoneId: id, arn: `arn:aws:route53:::hostedzone/${id}`, nameServers } };
};

const record: AnswerOf = ({ zoneId, name, type }) => ({
  id: `${textOf(zoneId)}_${textOf(name)}_${textOf(type)}`,
  outputs: { fqdn: textOf(name) },
});

const identity: AnswerOf = ({ emailIdentity, domain, email }) => {
  const id = textOf(emailIdentity, textOf(domain, textOf(email)));
  const tokens = ["dkim1", "dkim2", "dkim3"].map((key) => hex(key, 32));
  return {
    id,
    outputs: {
      arn: arn("ses", `identity/${id}`),
      dkimSigningAttributes: { tokens },
      dkimTokens: tokens,
      verificationToken: hex(id, 32),
    },
  };
};

const accessKey: AnswerOf = (_inputs, name) => ({
  id: `AKIA${capitals(name, 16)}`,
  outputs: { secret: secretText("aws"), sesSmtpPasswordV4: secretText("smtp"), createDate: madeAt, status: "Active" },
});

const queue: AnswerOf = ({ name: given }, name) => {
  const id = `https://sqs.${defaultRegion}.amazonaws.com/${awsAccount}/${textOf(given, name)}`;
  return { id, outputs: { url: id, arn: arn("sqs", textOf(given, name)) } };
};

const topic: AnswerOf = ({ name: given }, name) => {
  const id = arn("sns", textOf(given, name));
  return { id, outputs: { arn: id, owner: awsAccount } };
};

const attached: AnswerOf = (_inputs, name) => ({ id: `${name}-20260101000000000000000001` });

const each = (types: readonly string[], answer: AnswerOf) => Object.fromEntries(types.map((type) => [type, answer]));

const bucketParts = [
  "BucketCorsConfiguration",
  "BucketLifecycleConfiguration",
  "BucketLogging",
  "BucketNotification",
  "BucketObjectLockConfiguration",
  "BucketOwnershipControls",
  "BucketPolicy",
  "BucketPublicAccessBlock",
  "BucketServerSideEncryptionConfiguration",
  "BucketVersioning",
];
const attachments = [
  "GroupMembership",
  "GroupPolicyAttachment",
  "RolePolicyAttachment",
  "UserGroupMembership",
  "UserPolicyAttachment",
];
const configurationSet: AnswerOf = (inputs: Inputs) => {
  const id = textOf(inputs["configurationSetName"], textOf(inputs["name"]));
  return { id, outputs: { arn: arn("ses", `configuration-set/${id}`) } };
};

/** By module and class name. */
export const awsAnswers: Readonly<Record<string, AnswerOf>> = {
  "acm:Certificate": certificate,
  "acm:CertificateValidation": partOf("certificateArn"),
  "budgets:Budget": named("name", (id) => arn("budgets", `budget/${id}`, "")),
  ...each(["cloudfront:CachePolicy", "cloudfront:OriginRequestPolicy", "cloudfront:ResponseHeadersPolicy"], numbered),
  "cloudfront:Distribution": distribution,
  "cloudfront:Function": named("name", (id) => arn("cloudfront", `function/${id}`, "")),
  "cloudfront:OriginAccessControl": (_inputs, name) => ({ id: `E${capitals(name, 13)}` }),
  "cloudwatch:MetricAlarm": named("name", (id) => arn("cloudwatch", `alarm:${id}`)),
  "iam:AccessKey": accessKey,
  "iam:Group": iam("group"),
  "iam:Policy": (inputs, name) => {
    const id = arn("iam", `policy/${textOf(inputs["name"], name)}`, "");
    return { id, outputs: { arn: id } };
  },
  "iam:Role": iam("role"),
  "iam:User": iam("user"),
  ...each(["iam:GroupPolicy", "iam:RolePolicy", "iam:UserPolicy"], attached),
  ...each(
    attachments.map((type) => `iam:${type}`),
    attached,
  ),
  "route53:Record": record,
  "route53:Zone": zone,
  ...each(["s3:Bucket", "s3:BucketV2"], bucket),
  ...each(
    bucketParts.map((type) => `s3:${type}`),
    partOf("bucket"),
  ),
  ...each(["s3:BucketObject", "s3:BucketObjectv2"], partOf("key")),
  ...each(["ses:ConfigurationSet", "sesv2:ConfigurationSet"], configurationSet),
  ...each(["ses:DomainIdentity", "ses:EmailIdentity", "sesv2:EmailIdentity", "ses:DomainDkim"], identity),
  "ses:DomainIdentityVerification": partOf("domain"),
  "ses:EventDestination": named("name", (id) => arn("ses", `configuration-set/destination/${id}`)),
  "ses:IdentityNotificationTopic": attached,
  "ses:MailFrom": partOf("domain"),
  "sesv2:AccountSuppressionAttributes": () => ({ id: awsAccount }),
  "sesv2:ConfigurationSetEventDestination": ({ configurationSetName, eventDestinationName }) => ({
    id: `${textOf(configurationSetName)}|${textOf(eventDestinationName)}`,
  }),
  ...each(["sesv2:EmailIdentityFeedbackAttributes", "sesv2:EmailIdentityMailFromAttributes"], partOf("emailIdentity")),
  "sns:Topic": topic,
  "sns:TopicPolicy": partOf("arn"),
  "sns:TopicSubscription": (_inputs, name) => ({
    id: arn("sns", `${name}:${uuid(name)}`),
    outputs: { arn: arn("sns", `${name}:${uuid(name)}`) },
  }),
  "sqs:Queue": queue,
  "sqs:QueuePolicy": partOf("queueUrl"),
};
