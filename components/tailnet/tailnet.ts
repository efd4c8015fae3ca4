// The tailnet: policy, settings, names, and the gateway's key.
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { settingsPolicy } from "./judge.ts";
import { policyText } from "./policy.ts";
import type { TailnetSettings } from "./settings.ts";
import { tags, type Machines } from "./targets.ts";

export interface TailnetArgs {
  /** Checked by `judgeSettings`. */
  readonly settings: TailnetSettings;
  /** What joins it. Each worker gets its own tag. */
  readonly machines: Machines;
  readonly protect: boolean;
}

/** The shortest time that leaves room for a slow first boot, in seconds. */
const keyLifetime = 3600;

/** A key for one machine: single use, approved in advance, tagged, gone within the hour. */
export function machineKeyInputs(description: string, tag: string): tailscale.TailnetKeyArgs {
  return {
    description,
    tags: [tag],
    reusable: false,
    preauthorized: true,
    ephemeral: false,
    expiry: keyLifetime,
    // A used or ended key is no drift: making a new one would change every machine's user data.
    recreateIfInvalid: "never",
  };
}

/** The whole policy of the tailnet and what surrounds it. One stack owns a tailnet. */
export class Tailnet extends pulumi.ComponentResource {
  /** Who reaches what, without application capabilities. */
  readonly grants: readonly { readonly src: string[]; readonly dst: string[]; readonly ip: string[] }[];
  /** SHA-256 of the policy's text. */
  readonly policyHash: string;
  /** Secret: joins the gateway to the tailnet. */
  readonly gatewayKey: pulumi.Output<string>;
  /** The policy, for what must not join before it is in force. */
  readonly acl: tailscale.Acl;

  constructor(name: string, args: TailnetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:tailnet:Tailnet", name, {}, opts);
    const policy = settingsPolicy(args.settings, args.machines);
    const acl = policyText(policy, args.settings.sendTests);
    this.acl = new tailscale.Acl(
      `${name}-acl`,
      // Destroying must never put the allow-everything default back, and a policy made by hand must never be overwritten unseen.
      { acl, resetAclOnDestroy: false, overwriteExistingContent: false },
      { parent: this, protect: args.protect },
    );
    this.createSettings(name, args.settings);
    const key = new tailscale.TailnetKey(
      `${name}-gateway-key`,
      machineKeyInputs("gateway in the cluster", tags.gateway),
      { parent: this, dependsOn: this.acl }, // a tag exists only once the policy names its owner
    );
    this.grants = policy.grants.map(({ src, dst, ip = [] }) => ({ src, dst, ip }));
    this.policyHash = createHash("sha256").update(acl).digest("hex");
    this.gatewayKey = pulumi.secret(key.key);
    this.registerOutputs({ policyHash: this.policyHash });
  }

  private createSettings(name: string, { policyLink }: TailnetSettings): void {
    new tailscale.TailnetSettings(
      `${name}-settings`,
      {
        aclsExternallyManagedOn: true, // the provider would overwrite a change made in the console without a word
        ...(policyLink === undefined ? {} : { aclsExternalLink: policyLink }),
        devicesApprovalOn: true,
        usersApprovalOn: true,
        devicesKeyDurationDays: 90,
        httpsEnabled: true, // the API server's proxy needs it
      },
      { parent: this },
    );
    new tailscale.DnsPreferences(`${name}-dns`, { magicDns: true }, { parent: this });
  }
}
