// Configuration sets of SES, and where they send the events of a message: bounces, complaints, deliveries.
import { type Context, type Hooks, type Properties, UNKNOWN, type Value, type ValueRule } from "../contract.ts";
import { type Behaviour, matching, oneOf } from "../declared-types.ts";
import { isUnknown, object } from "../shared/values.ts";
import { inUse, need, refuseTaken } from "./lookups.ts";
import { regionalArn } from "./place.ts";
import { plain } from "../plain.ts";

const nameRule = matching(/^[\w-]{1,64}$/, "a name of 1 to 64 letters, digits, hyphens and underscores");
// Source: SES API References, EventType of both versions.
const eventsV1 = ["bounce", "click", "complaint", "delivery", "open", "reject", "renderingFailure", "send"];
const eventsV2 = [
  "BOUNCE",
  "CLICK",
  "COMPLAINT",
  "DELIVERY",
  "DELIVERY_DELAY",
  "OPEN",
  "REJECT",
  "RENDERING_FAILURE",
  "SEND",
  "SUBSCRIPTION",
];
const reasons = ["BOUNCE", "COMPLAINT"];

/** A rule: every item of the list is one of the given texts. */
function someOf(allowed: readonly string[]): ValueRule {
  return (value) => {
    const wrong = Array.isArray(value)
      ? value.filter((item) => item !== UNKNOWN && !allowed.includes(plain(item)))
      : [];
    return wrong.length > 0
      ? `${JSON.stringify(wrong[0])} is not allowed; use some of ${allowed.join(", ")}`
      : undefined;
  };
}

function configurationSet(nameProperty: string, outputs: (ctx: Context, inputs: Properties) => Properties): Hooks {
  return {
    validate: (ctx, inputs, previous) =>
      refuseTaken(ctx, "AlreadyExistsException", nameProperty, inputs[nameProperty], previous),
    id: (_ctx, inputs) => plain(inputs[nameProperty]),
    outputs: (ctx, id, inputs) => ({
      arn: regionalArn(ctx, inputs, "ses", `configuration-set/${id}`),
      ...outputs(ctx, inputs),
    }),
  };
}

const oneDestinationV2 = oneDestination(
  [
    "cloudWatchDestination",
    "eventBridgeDestination",
    "kinesisFirehoseDestination",
    "pinpointDestination",
    "snsDestination",
  ],
  "eventDestination",
);

/** Classes of the first API. */
export const eventsOfV1: Readonly<Record<string, Behaviour>> = {
  ConfigurationSet: {
    autoName: { property: "name", maxLength: 64 },
    rules: { name: nameRule, "deliveryOptions.tlsPolicy": oneOf("Require", "Optional") },
    hooks: {
      ...configurationSet("name", (ctx) => ({ lastFreshStart: ctx.now() })),
      guardDelete(ctx, stored) {
        const count = destinationsOf(ctx, "aws:ses/eventDestination:EventDestination", stored.id);
        if (count > 0)
          throw inUse(
            "Conflict",
            `configuration set ${stored.id} has ${count} event destination(s); delete them first`,
          );
      },
    },
  },
  EventDestination: {
    autoName: { property: "name", maxLength: 64 },
    rules: { name: nameRule, matchingTypes: someOf(eventsV1) },
    check: oneDestination(["cloudwatchDestinations", "kinesisDestination", "snsDestination"]),
    hooks: {
      validate(ctx, inputs) {
        need(ctx, "configurationSetV1", inputs["configurationSetName"], "configurationSetName");
        needTopic(ctx, object(inputs, "snsDestination")["topicArn"], "snsDestination.topicArn");
      },
      id: (_ctx, inputs) => plain(inputs["name"]),
      outputs: (ctx, id, inputs) => {
        const resource = `configuration-set/${plain(inputs["configurationSetName"])}:event-destination/${id}`;
        return { arn: regionalArn(ctx, inputs, "ses", resource) };
      },
    },
  },
};

/** Classes of the second API. */
export const eventsOfV2: Readonly<Record<string, Behaviour>> = {
  AccountSuppressionAttributes: { rules: { suppressedReasons: someOf(reasons) }, hooks: { id: () => "000000000000" } },
  ConfigurationSet: {
    rules: {
      configurationSetName: nameRule,
      "deliveryOptions.tlsPolicy": oneOf("REQUIRE", "OPTIONAL"),
      "suppressionOptions.suppressedReasons": someOf(reasons),
    },
    hooks: configurationSet("configurationSetName", (_ctx, inputs) => ({
      reputationOptions: {
        lastFreshStart: "",
        reputationMetricsEnabled: false,
        ...object(inputs, "reputationOptions"),
      },
      sendingOptions: { sendingEnabled: true, ...object(inputs, "sendingOptions") },
    })),
  },
  ConfigurationSetEventDestination: {
    rules: { eventDestinationName: nameRule, "eventDestination.matchingEventTypes": someOf(eventsV2) },
    check: (inputs) =>
      isUnknown(inputs["eventDestination"]) ? [] : oneDestinationV2(object(inputs, "eventDestination")),
    hooks: {
      validate(ctx, inputs) {
        need(ctx, "configurationSet", inputs["configurationSetName"], "configurationSetName");
        const destination = object(inputs, "eventDestination");
        needTopic(ctx, object(destination, "snsDestination")["topicArn"], "eventDestination.snsDestination.topicArn");
      },
      id: (_ctx, inputs) => `${plain(inputs["configurationSetName"])}|${plain(inputs["eventDestinationName"])}`,
    },
  },
};

function needTopic(ctx: Context, arn: Value | undefined, property: string): void {
  if (arn !== undefined) need(ctx, "topic", arn, property);
}

function destinationsOf(ctx: Context, type: string, set: string): number {
  return ctx.account.list(type).filter((stored) => stored.object["configurationSetName"] === set).length;
}

/** An event goes to exactly one place. */
function oneDestination(names: readonly string[], parent?: string) {
  return (inputs: Properties) => {
    const given = names.filter((name) => inputs[name] !== undefined);
    if (given.length === 1) return [];
    const property = [parent, given[1]].filter(Boolean).join(".");
    const found = given.length === 0 ? "no destination is" : `${given.join(" and ")} are`;
    return [{ property: property || names.at(-1)!, reason: `${found} given; give one of ${names.join(", ")}` }];
  };
}
