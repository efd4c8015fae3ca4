// The emulated Tailscale: its resource types from facts, with rules and behaviour. Unknown properties are refused, which the real
// plugin lets pass in silence: a misspelt setting must not look as if it were in force.
import type { Facts, ProviderDefinition, ResourceType } from "../contract.ts";
import { readFacts } from "../shared/facts-file.ts";
import { text } from "../shared/values.ts";
import { hooksOf } from "./behaviour.ts";
import { rulesOf } from "./rules.ts";

const facts = readFacts(import.meta.dirname);

function resourceType(token: string): ResourceType | undefined {
  const properties = facts[token];
  if (!properties) return undefined;
  const hooks = hooksOf(token);
  const autoName = token.endsWith(":Service") ? { property: "name" } : undefined;
  return { token, facts: properties, ...rulesOf(token), ...(hooks && { hooks }), ...(autoName && { autoName }) };
}

const configFacts: Facts = {
  apiKey: { type: "String", optional: true, sensitive: true },
  audience: { type: "String", optional: true },
  baseUrl: { type: "String", optional: true },
  identityToken: { type: "String", optional: true, sensitive: true },
  identityTokenEnvironmentVariableName: { type: "String", optional: true },
  oauthClientId: { type: "String", optional: true },
  oauthClientSecret: { type: "String", optional: true, sensitive: true },
  scopes: { type: "Any", optional: true },
  tailnet: { type: "String", optional: true },
  userAgent: { type: "String", optional: true },
};

/** Tailscale, for the plugin. */
export const provider: ProviderDefinition = {
  package: "tailscale",
  npm: "@pulumi/tailscale",
  bridge: "framework",
  config: {
    facts: configFacts,
    environment: {
      apiKey: ["TAILSCALE_API_KEY"],
      oauthClientId: ["TAILSCALE_OAUTH_CLIENT_ID"],
      oauthClientSecret: ["TAILSCALE_OAUTH_CLIENT_SECRET"],
      tailnet: ["TAILSCALE_TAILNET"],
    },
  },
  // A tailnet that is named is the account; "-" means the credential's own one.
  credentials: (config) => {
    const tailnet = text(config, "tailnet") ?? "-";
    return tailnet === "-" ? (text(config, "apiKey") ?? text(config, "oauthClientId") ?? "") : tailnet;
  },
  tokens: () => Object.keys(facts),
  resource: resourceType,
  functions: {},
};
