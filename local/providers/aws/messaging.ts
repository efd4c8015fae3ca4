// Topics of SNS with their subscriptions, and queues of SQS.
import { CloudError, type Context, type Failure, type Hooks, type Properties } from "../contract.ts";
import { type Behaviour, between, documentText, matching, oneOf } from "../declared-types.ts";
import { text } from "../shared/values.ts";
import { stableHex } from "./identifiers.ts";
import { need, refuseTaken } from "./lookups.ts";
import { accountId, regionalArn, regionOf } from "./place.ts";
import { policyRule } from "./policy-document.ts";
import { plain } from "../plain.ts";

// Source: SNS API Reference, CreateTopic (256 characters); SQS API Reference, CreateQueue (80 characters).
const topicName = matching(/^[\w-]{1,251}(\.fifo)?$/, "a name of 1 to 256 letters, digits, hyphens and underscores");
const queueName = matching(
  /^[\w-]{1,75}(\.fifo)?$|^[\w-]{1,80}$/,
  "a name of 1 to 80 letters, digits, hyphens and underscores",
);

/** Protocols of subscriptions, and the form of an endpoint. Source: SNS API Reference, Subscribe. */
const endpoints: Readonly<Record<string, RegExp>> = {
  application: /^arn:/,
  email: /^[^@\s]+@[^@\s]+$/,
  "email-json": /^[^@\s]+@[^@\s]+$/,
  firehose: /^arn:/,
  http: /^http:\/\//,
  https: /^https:\/\//,
  lambda: /^arn:/,
  sms: /^\+\d{5,15}$/,
  sqs: /^arn:/,
};

/** Classes of SNS. */
export const topics: Readonly<Record<string, Behaviour>> = {
  Topic: {
    autoName: { property: "name", maxLength: 256 },
    rules: { name: topicName, policy: policyRule("resource") },
    check: (inputs) => fifoFailures(inputs, "fifoTopic"),
    hooks: {
      validate: (ctx, inputs, previous) => refuseTaken(ctx, "TopicAlreadyExists", "name", inputs["name"], previous),
      id: (ctx, inputs) => regionalArn(ctx, inputs, "sns", plain(inputs["name"])),
      outputs: (_ctx, id, inputs) => ({
        arn: id,
        beginningArchiveTime: "",
        owner: accountId,
        policy: inputs["policy"] === undefined ? ownersPolicy(id) : documentText(inputs["policy"]),
        ...defaultOf(inputs, "signatureVersion", 0),
        ...defaultOf(inputs, "tracingConfig", ""),
      }),
    },
  },
  TopicPolicy: {
    rules: { policy: policyRule("resource") },
    hooks: {
      validate: (ctx, inputs) => void need(ctx, "topic", inputs["arn"], "arn"),
      id: (_ctx, inputs) => plain(inputs["arn"]),
      outputs: (_ctx, _id, inputs) => ({ owner: accountId, policy: documentText(inputs["policy"]) }),
    },
  },
  TopicSubscription: {
    rules: { protocol: oneOf(...Object.keys(endpoints)), filterPolicyScope: oneOf("MessageAttributes", "MessageBody") },
    check: endpointFailures,
    hooks: subscription(),
  },
};

/** Classes of SQS. */
export const queues: Readonly<Record<string, Behaviour>> = {
  Queue: {
    autoName: { property: "name", maxLength: 80 },
    rules: {
      name: queueName,
      policy: policyRule("resource"),
      delaySeconds: between(0, 900),
      messageRetentionSeconds: between(60, 1_209_600),
      receiveWaitTimeSeconds: between(0, 20),
      visibilityTimeoutSeconds: between(0, 43_200),
    },
    check: (inputs) => fifoFailures(inputs, "fifoQueue"),
    hooks: {
      validate: (ctx, inputs, previous) => refuseTaken(ctx, "QueueAlreadyExists", "name", inputs["name"], previous),
      id: (ctx, inputs) => `https://sqs.${regionOf(ctx, inputs)}.amazonaws.com/${accountId}/${plain(inputs["name"])}`,
      outputs: (ctx, id, inputs) => ({
        arn: regionalArn(ctx, inputs, "sqs", plain(inputs["name"])),
        url: id,
        ...defaultOf(inputs, "kmsDataKeyReusePeriodSeconds", 300),
        ...defaultOf(inputs, "sqsManagedSseEnabled", inputs["kmsMasterKeyId"] === undefined),
        ...(inputs["policy"] === undefined ? {} : { policy: documentText(inputs["policy"]) }),
      }),
    },
  },
  QueuePolicy: {
    rules: { policy: policyRule("resource") },
    hooks: {
      validate: (ctx, inputs) => void need(ctx, "queue", inputs["queueUrl"], "queueUrl"),
      id: (_ctx, inputs) => plain(inputs["queueUrl"]),
      outputs: (_ctx, _id, inputs) => ({ policy: documentText(inputs["policy"]) }),
    },
  },
};

function subscription(): Hooks {
  return {
    validate(ctx, inputs) {
      need(ctx, "topic", inputs["topic"], "topic");
      refuseForeignQueue(ctx, inputs);
    },
    id: (_ctx, inputs) => {
      const hex = stableHex(32, plain(inputs["topic"]), plain(inputs["protocol"]), plain(inputs["endpoint"]));
      return `${plain(inputs["topic"])}:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}`;
    },
    outputs: (_ctx, id, inputs) => {
      // A person or a web hook must answer before messages flow; other services of AWS need not.
      const waits = /^(email|http)/.test(plain(inputs["protocol"])) && inputs["endpointAutoConfirms"] !== true;
      return { arn: id, confirmationWasAuthenticated: !waits, ownerId: accountId, pendingConfirmation: waits };
    },
  };
}

function refuseForeignQueue(ctx: Context, inputs: Properties): void {
  if (inputs["protocol"] !== "sqs") return;
  const known = ctx.account.list("aws:sqs/queue:Queue").some(({ object }) => object["arn"] === inputs["endpoint"]);
  if (known) return;
  const message = `InvalidParameter: endpoint ${JSON.stringify(inputs["endpoint"])} is no queue of this account; create it first, and refer to its arn`;
  throw new CloudError("unprocessable_entity", message, "endpoint");
}

function defaultOf(inputs: Properties, name: string, value: string | number | boolean): Properties {
  return inputs[name] === undefined ? { [name]: value } : {};
}

/** The policy that a topic has from the start: its owner may do everything. */
function ownersPolicy(arn: string): string {
  const condition = { StringEquals: { "AWS:SourceOwner": accountId } };
  const statement = {
    Sid: "owner",
    Effect: "Allow",
    Principal: { AWS: "*" },
    Action: "SNS:*",
    Resource: arn,
    Condition: condition,
  };
  return JSON.stringify({ Version: "2008-10-17", Statement: [statement] });
}

/** Names of FIFO topics and queues end in `.fifo`, and no others do. */
function fifoFailures(inputs: Properties, flag: string): Failure[] {
  const name = text(inputs, "name");
  const fifo = inputs[flag] === true;
  if (name === undefined || name.endsWith(".fifo") === fifo) return [];
  const advice = fifo ? "end it in .fifo" : `set ${flag}, or take .fifo off`;
  return [{ property: "name", reason: `${JSON.stringify(name)} does not fit ${flag} ${plain(fifo)}; ${advice}` }];
}

function endpointFailures(inputs: Properties): Failure[] {
  const [protocol, endpoint] = [text(inputs, "protocol"), text(inputs, "endpoint")];
  if (protocol === undefined || endpoint === undefined || endpoints[protocol]?.test(endpoint)) return [];
  return [{ property: "endpoint", reason: `${JSON.stringify(endpoint)} is no endpoint for the protocol ${protocol}` }];
}
