// Access policies of mail, as plain documents: who may send, and who may write to the topics.
import type * as pulumi from "@pulumi/pulumi";

const version = "2012-10-17";

/**
 * What the SMTP login may do: send mail of the domain, nothing else.
 * @param sendsWith ARNs of the identity and of its configuration set: SES checks both, and answers 554 when one is missing
 */
export function sendPolicy(domain: string, sendsWith: readonly pulumi.Input<string>[]) {
  return {
    Version: version,
    Statement: [
      {
        Effect: "Allow",
        Action: "ses:SendRawEmail",
        Resource: sendsWith,
        Condition: { StringLike: { "ses:FromAddress": `*@${domain}` } },
      },
    ],
  };
}

export interface Publisher {
  /** Service of AWS, for example `ses.amazonaws.com`. */
  readonly service: string;
  /** ARN of what publishes. @default - anything of that service in the topic's own account */
  readonly source?: string;
}

/** Lets one service publish, on behalf of the topic's own account only: a service acts for every customer of Amazon. */
export function publishPolicy(topicArn: string, { service, source }: Publisher) {
  const account = topicArn.split(":")[4] ?? "";
  return {
    Version: version,
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: {
          StringEquals: { "AWS:SourceAccount": account, ...(source !== undefined && { "AWS:SourceArn": source }) },
        },
      },
    ],
  };
}
