// What surrounds the tailnet's policy: the tailnet's own settings, its names, CI's way in, and who is told of a changed policy.
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import type { TailnetSettings } from "./settings.ts";
import { tags } from "./targets.ts";

interface Owner {
  /** Prefix of logical names. */
  readonly name: string;
  readonly parent: pulumi.Resource;
}

export function createSettings({ name, parent }: Owner, { policyLink, deviceKeyDays }: TailnetSettings): void {
  new tailscale.TailnetSettings(
    `${name}-settings`,
    {
      aclsExternallyManagedOn: true, // the provider would overwrite a change made in the console without a word
      ...(policyLink === undefined ? {} : { aclsExternalLink: policyLink }),
      devicesApprovalOn: true,
      usersApprovalOn: true,
      devicesKeyDurationDays: deviceKeyDays,
      httpsEnabled: true, // the API server's proxy needs it
    },
    { parent },
  );
}

/**
 * Machines by their names. The gateway passes TCP on and answers no questions about names, and the addresses of Services and pods lead nowhere
 * on the tailnet, so the cluster's own domain is not split off; a domain is, where the settings name a server that answers for it.
 */
export function createNames({ name, parent }: Owner, { splitDns }: Pick<TailnetSettings, "splitDns">): void {
  new tailscale.DnsPreferences(`${name}-dns`, { magicDns: true }, { parent });
  for (const [domain, nameservers] of Object.entries(splitDns))
    new tailscale.DnsSplitNameservers(`${name}-dns-${domain}`, { domain, nameservers }, { parent });
}

/** How CI proves who it is, without a secret that could be stolen. */
export interface Federation {
  /** What `tailscale/github-action` and `tailscale up --client-id` call the OAuth client's id. */
  readonly clientId: pulumi.Output<string>;
  /** What CI asks its identity provider to make out a token for. */
  readonly audience: pulumi.Output<string>;
}

/** CI shows a token of its own identity provider, and may make a key for a machine with CI's tag of it, and nothing else. */
export function createFederation(
  { name, parent }: Owner,
  { ci: { federation } }: Pick<TailnetSettings, "ci">,
  policy: pulumi.Resource,
): Federation | undefined {
  if (federation === undefined) return undefined;
  const { issuer, subject, audience } = federation;
  const identity = new tailscale.FederatedIdentity(
    `${name}-ci`,
    {
      description: "CI",
      issuer,
      subject,
      ...(audience === undefined ? {} : { audience }),
      scopes: ["auth_keys"],
      tags: [tags.ci],
    },
    { parent, dependsOn: policy },
  );
  return { clientId: identity.id, audience: identity.audience };
}

/** @returns secret: what Tailscale signs its messages with; none without an endpoint */
export function createWebhook(
  { name, parent }: Owner,
  { webhook }: Pick<TailnetSettings, "webhook">,
): pulumi.Output<string> | undefined {
  if (webhook === undefined) return undefined;
  const { secret } = new tailscale.Webhook(
    `${name}-webhook`,
    { endpointUrl: webhook.endpoint, subscriptions: ["policyUpdate"] },
    { parent },
  );
  return pulumi.secret(secret);
}
