// The emulated DigitalOcean: its resource types from facts, with rules and behaviour by product.
import type { ProviderDefinition, ResourceType } from "../contract.ts";
import { text } from "../shared/values.ts";
import { readFacts } from "../shared/facts-file.ts";

const facts = readFacts(import.meta.dirname);

// The zone's name is the resource: there is nothing to generate.
const withoutAutoName = new Set(["digitalocean:index/domain:Domain"]);

function resourceType(token: string): ResourceType | undefined {
  const properties = facts[token];
  if (!properties) return undefined;
  const autoName = properties["name"]?.required && !withoutAutoName.has(token) ? { property: "name" } : undefined;
  return { token, facts: properties, ...(autoName && { autoName }) };
}

/** DigitalOcean, for the plugin. */
export const provider: ProviderDefinition = {
  package: "digitalocean",
  npm: "@pulumi/digitalocean",
  bridge: "sdkv2",
  config: {
    facts: {
      token: { type: "String", optional: true, sensitive: true },
      apiEndpoint: { type: "String", optional: true },
      httpRetryMax: { type: "Int", optional: true },
      httpRetryWaitMax: { type: "Float", optional: true },
      httpRetryWaitMin: { type: "Float", optional: true },
      requestsPerSecond: { type: "Float", optional: true },
      spacesAccessId: { type: "String", optional: true, sensitive: true },
      spacesEndpoint: { type: "String", optional: true },
      spacesSecretKey: { type: "String", optional: true, sensitive: true },
    },
    environment: {
      token: ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"],
      spacesAccessId: ["SPACES_ACCESS_KEY_ID"],
      spacesSecretKey: ["SPACES_SECRET_ACCESS_KEY"],
    },
  },
  credentials: (config) => text(config, "token") ?? "",
  tokens: () => Object.keys(facts),
  resource: resourceType,
  functions: {},
};
