// Which values Tailscale's plugin refuses, by type and property. Source: documented allowed values in @pulumi/tailscale 0.29.1
// and recorded verdicts of the plugin v0.29.
import { parseHujson } from "../../../components/tailnet/hujson.ts";
import type { ResourceType, ValueRule } from "../contract.ts";
import { all, each, lengthBetween, matches, oneOf } from "../shared/rules.ts";
import { isAbsent } from "../shared/values.ts";
import { samePolicy } from "./policy.ts";

type Extra = Partial<Pick<ResourceType, "rules" | "check" | "sameValue" | "outdated">>;

const policy: ValueRule = (value) => {
  const parsed = parseHujson(typeof value === "string" ? value : JSON.stringify(value));
  return "reason" in parsed ? parsed.reason : undefined;
};

const description = lengthBetween(0, 50);

// The events that the plugin knows; https://tailscale.com/kb/1213/webhooks has more (August 2026), which the plugin refuses.
const events = (
  "categoryTailnetManagement nodeCreated nodeNeedsApproval nodeApproved nodeKeyExpiringInOneDay nodeKeyExpired nodeDeleted " +
  "policyUpdate userCreated userNeedsApproval userSuspended userRestored userDeleted " +
  "userApproved userRoleUpdated categoryDeviceMisconfigurations subnetIPForwardingNotEnabled exitNodeIPForwardingNotEnabled"
).split(" ");

const extras: Readonly<Record<string, Extra>> = {
  "acl:Acl": { rules: { acl: policy }, sameValue: { acl: samePolicy } },
  "contacts:Contacts": {
    check: (inputs) =>
      (
        [
          ["account", "accounts"],
          ["security", "securities"],
          ["support", "supports"],
        ] as const
      )
        .filter(([one, many]) => isAbsent(inputs[one]) && isAbsent(inputs[many]))
        .map(([one]) => ({ property: one, reason: "is missing and required" })),
  },
  "federatedIdentity:FederatedIdentity": {
    rules: {
      description,
      issuer: matches(/^https:\/\/[^/]/, "an https address that Tailscale can reach"),
      customClaimRules: (value) => {
        const reserved = ["sub", "iss", "aud"].find(
          (claim) => typeof value === "object" && value !== null && claim in value,
        );
        return reserved && `must not have ${reserved}: subject, issuer and audience have properties of their own`;
      },
    },
  },
  "logstreamConfiguration:LogstreamConfiguration": {
    rules: {
      logType: oneOf("configuration", "network"),
      destinationType: oneOf("axiom", "cribl", "datadog", "elastic", "gcs", "panther", "splunk", "s3"),
      s3AuthenticationType: oneOf("accesskey", "rolearn"),
      compressionFormat: oneOf("none", "zstd", "gzip"),
    },
  },
  "oauthClient:OauthClient": { rules: { description } },
  "postureIntegration:PostureIntegration": {
    rules: {
      postureProvider: oneOf("falcon", "fleet", "huntress", "intune", "jamfpro", "kandji", "kolide", "sentinelone"),
    },
  },
  "service:Service": { rules: { name: matches(/^svc:/, "a name that begins with svc:") } },
  "tailnetKey:TailnetKey": {
    rules: { description, recreateIfInvalid: oneOf("", "always", "never") },
    // A key for one machine has most likely done its work; a reusable one is still wanted.
    outdated: (olds, { reusable, recreateIfInvalid }) => {
      const wanted = recreateIfInvalid === "always" || (recreateIfInvalid !== "never" && reusable === true);
      return olds["invalid"] === true && wanted ? "id" : undefined;
    },
  },
  "tailnetSettings:TailnetSettings": {
    rules: {
      aclsExternalLink: matches(/^https?:\/\//, "an http or https address"),
      usersRoleAllowedToJoinExternalTailnet: oneOf("none", "member", "admin"),
    },
  },
  "webhook:Webhook": {
    rules: {
      providerType: oneOf("", "slack", "mattermost", "googlechat", "discord"),
      subscriptions: all(each(oneOf(...events))),
    },
  },
};

/** Rules of a type; none for most. */
export function rulesOf(token: string): Extra {
  return extras[token.replace("tailscale:index/", "")] ?? {};
}
