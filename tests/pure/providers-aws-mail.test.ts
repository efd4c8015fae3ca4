// What SES, SNS, SQS, CloudWatch and Budgets enforce: identities, destinations that exist, values in range.
import { describe, expect, it } from "vitest";
import type { Properties } from "../../local/providers/contract.ts";
import { provider } from "../../local/providers/aws/index.ts";
import { texts } from "../../local/providers/shared/values.ts";
import { ProviderUnderTest } from "../support/provider-under-test.ts";

const account = () => new ProviderUnderTest(provider, { region: "us-east-1" });

/** Inputs of an event destination of the second API. */
function destination(eventDestination: Properties): Properties {
  return {
    configurationSetName: "mail",
    eventDestinationName: "bounces",
    eventDestination: { matchingEventTypes: ["BOUNCE"], ...eventDestination },
  };
}

describe("mail", () => {
  it("of a domain has three DKIM tokens, the same under both versions of the API", async () => {
    const aws = account();
    await aws.create("ses/domainIdentity:DomainIdentity", { domain: "example.org" });
    const dkim = await aws.create("ses/domainDkim:DomainDkim", { domain: "example.org" });
    const tokens = texts(dkim.state, "dkimTokens");
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(3);
    for (const token of tokens) expect(token).toMatch(/^[a-z2-7]{32}$/);
    const other = await account().create("sesv2/emailIdentity:EmailIdentity", { emailIdentity: "example.org" });
    expect(other.state["dkimSigningAttributes"]).toMatchObject({ tokens });
  });

  it("identities are one of a name, under both versions of the API", async () => {
    const aws = account();
    await aws.create("ses/domainIdentity:DomainIdentity", { domain: "example.org" });
    const again = aws.create("sesv2/emailIdentity:EmailIdentity", { emailIdentity: "example.org" });
    await expect(again).rejects.toThrow(/^AlreadyExistsException/);
  });

  it("settings need their identity, and a MAIL FROM below its domain", async () => {
    const type = "sesv2/emailIdentityMailFromAttributes:EmailIdentityMailFromAttributes";
    const inputs = { emailIdentity: "example.org", mailFromDomain: "bounce.example.org" };
    await expect(account().create(type, inputs)).rejects.toThrow(/^NotFoundException: emailIdentity/);
    expect(account().refused(type, { ...inputs, mailFromDomain: "bounce.example.net" })).toEqual(["mailFromDomain"]);
  });

  it("events go to exactly one place, which exists", async () => {
    const type = "sesv2/configurationSetEventDestination:ConfigurationSetEventDestination";
    const aws = account();
    await aws.create("sesv2/configurationSet:ConfigurationSet", { configurationSetName: "mail" });
    expect(aws.refused(type, destination({}))).toEqual(["eventDestination"]);
    expect(aws.refused(type, destination({ matchingEventTypes: ["bounce"] }))).toEqual([
      "eventDestination.matchingEventTypes",
    ]);
    const topicArn = "arn:aws:sns:us-east-1:000000000000:none";
    await expect(aws.create(type, destination({ snsDestination: { topicArn } }))).rejects.toThrow(
      /^NotFound: eventDestination.sns/,
    );
  });
});

describe("alarms, budgets, topics and subscriptions", () => {
  const alarm = {
    name: "a",
    namespace: "n",
    metricName: "m",
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 1,
    period: 60,
    statistic: "Sum",
    threshold: 1,
  };
  it.each([
    ["cloudwatch/metricAlarm:MetricAlarm", "a period between minutes", { ...alarm, period: 90 }, "period"],
    ["cloudwatch/metricAlarm:MetricAlarm", "no threshold", { ...alarm, threshold: null }, "threshold"],
    ["cloudwatch/metricAlarm:MetricAlarm", "an unknown statistic", { ...alarm, statistic: "Mean" }, "statistic"],
    [
      "budgets/budget:Budget",
      "an amount with a currency",
      { name: "b", budgetType: "COST", timeUnit: "MONTHLY", limitAmount: "$25" },
      "limitAmount",
    ],
    [
      "sns/topicSubscription:TopicSubscription",
      "an address that is none",
      { topic: "t", protocol: "email", endpoint: "admin" },
      "endpoint",
    ],
    [
      "sns/topicSubscription:TopicSubscription",
      "an unknown protocol",
      { topic: "t", protocol: "smtp", endpoint: "a@b" },
      "protocol",
    ],
    ["sns/topic:Topic", "a FIFO name without FIFO", { name: "a.fifo" }, "name"],
    ["sqs/queue:Queue", "a delay that is too long", { name: "a", delaySeconds: 901 }, "delaySeconds"],
  ])("%s names the property of %s", (type, _what, inputs: Properties, property) => {
    expect(account().refused(type, inputs)).toEqual([property]);
  });

  it("wait for a person's answer, but not for a queue's", async () => {
    const aws = account();
    const topic = await aws.create("sns/topic:Topic", { name: "t" });
    const type = "sns/topicSubscription:TopicSubscription";
    const person = await aws.create(type, { topic: topic.id, protocol: "email", endpoint: "admin@example.org" });
    expect(person.state["pendingConfirmation"]).toBe(true);
    const queue = await aws.create("sqs/queue:Queue", { name: "q" });
    const machine = await aws.create(type, { topic: topic.id, protocol: "sqs", endpoint: queue.state["arn"]! });
    expect(machine.state["pendingConfirmation"]).toBe(false);
  });
});
