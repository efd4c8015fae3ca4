// The emulated `aws` package: what a Mastodon server uses of AWS for mail, backups, CDN, DNS and alarms.
import { join } from "node:path";
import type { Failure, Hooks, Properties, ProviderDefinition, ResourceType } from "../contract.ts";
import { type Behaviour, declaredFacts, declaredType, matching, readDeclaredPackage } from "../declared-types.ts";
import { text } from "../shared/values.ts";
import { cdn } from "./cdn.ts";
import { certificates } from "./certificates.ts";
import { correctionsOf } from "./corrections.ts";
import { dns } from "./dns.ts";
import { functionsWith } from "./functions.ts";
import { policies } from "./iam-policies.ts";
import { principals } from "./iam.ts";
import { eventsOfV1, eventsOfV2 } from "./mail-events.ts";
import { identitiesV1, identitiesV2 } from "./mail-identity.ts";
import { queues, topics } from "./messaging.ts";
import { allTags, regionOf } from "./place.ts";
import { bucket } from "./s3-bucket.ts";
import { bucketObject } from "./s3-object.ts";
import { withServer } from "./s3-servers.ts";
import { settings } from "./s3-settings.ts";
import { budget, metricAlarm } from "./watching.ts";

const declared = readDeclaredPackage(join(import.meta.dirname, "facts.json"));

const services: Readonly<Record<string, Readonly<Record<string, Behaviour>>>> = {
  acm: certificates,
  budgets: { Budget: budget },
  cloudfront: cdn,
  cloudwatch: { MetricAlarm: metricAlarm },
  iam: { ...principals, ...policies },
  route53: dns,
  s3: { ...settings, Bucket: bucket, BucketObject: bucketObject, BucketObjectv2: bucketObject, BucketV2: bucket },
  ses: { ...identitiesV1, ...eventsOfV1 },
  sesv2: { ...identitiesV2, ...eventsOfV2 },
  sns: topics,
  sqs: queues,
};

const regionRule = matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region of AWS, such as us-east-1 or ca-central-1");

/** Service and class of a token: `aws:s3/bucket:Bucket` is `s3` and `Bucket`. */
function partsOf(token: string): { service: string; className: string } {
  const [, module = "", className = ""] = token.split(":");
  return { service: module.split("/")[0]!, className };
}

function resourceType(token: string, properties: Parameters<typeof declaredType>[1]): ResourceType {
  const { service, className } = partsOf(token);
  const behaviour = services[service]?.[className];
  if (!behaviour) throw new Error(`${token} has facts but no behaviour: give it one in local/providers/aws`);
  return declaredType(token, properties, correctionsOf(`${service}:${className}`), {
    ...behaviour,
    rules: { region: regionRule, ...behaviour.rules },
    check: (inputs) => [...prefixFailures(inputs), ...(behaviour.check?.(inputs) ?? [])],
    hooks: { ...withServer(`${service}:${className}`, behaviour), outputs: commonOutputs(properties, behaviour.hooks) },
  });
}

/** Region and tags are outputs of nearly every type. */
function commonOutputs(properties: object, own: Hooks | undefined): NonNullable<Hooks["outputs"]> {
  return (ctx, id, inputs, previous) => ({
    ...("region" in properties ? { region: regionOf(ctx, inputs) } : {}),
    ...("tagsAll" in properties ? { tagsAll: allTags(ctx, inputs) } : {}),
    ...own?.outputs?.(ctx, id, inputs, previous),
  });
}

/** A name that AWS completes with random characters would be another one at every replacement. */
function prefixFailures(inputs: Properties): Failure[] {
  const prefix = ["namePrefix", "bucketPrefix"].find((name) => text(inputs, name) !== undefined);
  if (!prefix) return [];
  const whole = prefix === "namePrefix" ? "name" : "bucket";
  return [{ property: prefix, reason: `names made of a prefix are not emulated; give the whole ${whole}` }];
}

const types = new Map(
  Object.entries(declared.resources).map(([token, { properties }]) => [token, resourceType(token, properties)]),
);

/** The `aws` package of the local cloud. */
export const provider: ProviderDefinition = {
  package: "aws",
  npm: "@pulumi/aws",
  bridge: "sdkv2",
  config: {
    facts: { ...declaredFacts(declared.provider), region: { type: "String", required: true } },
    environment: {
      accessKey: ["AWS_ACCESS_KEY_ID"],
      profile: ["AWS_PROFILE"],
      region: ["AWS_REGION", "AWS_DEFAULT_REGION"],
      secretKey: ["AWS_SECRET_ACCESS_KEY"],
    },
  },
  // The access key says whose account it is; without one it is the account of this checkout.
  credentials: (config) => text(config, "accessKey") ?? text(config, "profile") ?? "default",
  tokens: () => [...types.keys()],
  resource: (token) => types.get(token),
  functions: functionsWith((token) => declaredFacts(declared.functions[token]?.inputs ?? {})),
};
