// The emulated DigitalOcean: its resource types from facts, with rules and behaviour by product.
import type { Facts, Hooks, ProviderDefinition, ResourceType } from "../contract.ts";
import { readFacts } from "../shared/facts-file.ts";
import { text } from "../shared/values.ts";
import { databaseHooks } from "./databases.ts";
import { domainHooks } from "./domains.ts";
import { dropletHooks } from "./droplets.ts";
import { functions } from "./functions.ts";
import { kubernetesHooks } from "./kubernetes.ts";
import { networkHooks } from "./network.ts";
import { completed } from "./newer-facts.ts";
import { observingHooks } from "./observing.ts";
import { differenceRules } from "./replacement.ts";
import { spacesHooks } from "./spaces.ts";
import { valueRules } from "./value-rules.ts";

const facts = readFacts(import.meta.dirname);

const hooks: Readonly<Record<string, Hooks>> = {
  ...networkHooks,
  ...kubernetesHooks,
  ...databaseHooks,
  ...spacesHooks,
  ...domainHooks,
  ...dropletHooks,
  ...observingHooks,
};

// The zone's name is the resource: there is nothing to generate.
const withoutAutoName = new Set(["Domain"]);

function resourceType(token: string): ResourceType | undefined {
  const known = facts[token];
  if (!known) return undefined;
  const className = token.split(":").at(-1) ?? "";
  const properties = completed(className, known);
  const named = properties["name"]?.required === true && !withoutAutoName.has(className);
  const behaviour = hooks[className];
  return {
    token,
    facts: properties,
    rules: valueRules(className),
    ...differenceRules(className),
    ...(named && { autoName: { property: "name" } }),
    ...(behaviour && { hooks: behaviour }),
  };
}

const configFacts: Facts = {
  token: { type: "String", optional: true, sensitive: true },
  apiEndpoint: { type: "String", optional: true },
  httpRetryMax: { type: "Int", optional: true },
  httpRetryWaitMax: { type: "Float", optional: true },
  httpRetryWaitMin: { type: "Float", optional: true },
  requestsPerSecond: { type: "Float", optional: true },
  spacesAccessId: { type: "String", optional: true, sensitive: true },
  spacesEndpoint: { type: "String", optional: true },
  spacesSecretKey: { type: "String", optional: true, sensitive: true },
};

/** DigitalOcean, for the plugin. */
export const provider: ProviderDefinition = {
  package: "digitalocean",
  npm: "@pulumi/digitalocean",
  bridge: "sdkv2",
  config: {
    facts: configFacts,
    environment: {
      token: ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"],
      spacesAccessId: ["SPACES_ACCESS_KEY_ID"],
      spacesSecretKey: ["SPACES_SECRET_ACCESS_KEY"],
    },
  },
  credentials: (config) => text(config, "token") ?? "",
  tokens: () => Object.keys(facts),
  resource: resourceType,
  functions,
};
