// The tailnet: its policy, and what surrounds it.
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { settingsPolicy } from "./judge.ts";
import { policyText } from "./policy.ts";
import type { TailnetSettings } from "./settings.ts";
import { createFederation, createNames, createSettings, createWebhook, type Federation } from "./surroundings.ts";
import type { Machines } from "./targets.ts";

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
  /** CI's way in; none where the settings name no identity provider. */
  readonly federation: Federation | undefined;
  /** Secret: what messages about the policy are signed with; none where nobody is told. */
  readonly webhookSecret: pulumi.Output<string> | undefined;
  /** The policy, for what must not join before it is in force. */
  readonly acl: tailscale.Acl;

  constructor(name: string, args: TailnetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:tailnet:Tailnet", name, {}, opts);
    const policy = settingsPolicy(args.settings, args.machines);
    const acl = policyText(policy, args.settings.sendTests);
    this.acl = new tailscale.Acl(
      `${name}-acl`,
      // Destroying must never put the allow-everything default back, and a policy made by hand must never be overwritten unseen.
      { acl, resetAclOnDestroy: false, overwriteExistingContent: args.settings.overwritePolicy },
      { parent: this, protect: args.protect },
    );
    const owner = { name, parent: this };
    createSettings(owner, args.settings);
    createNames(owner, args.settings);
    this.federation = createFederation(owner, args.settings, this.acl); // a tag exists only once the policy names its owner
    this.webhookSecret = createWebhook(owner, args.settings);
    this.grants = policy.grants.map(({ src, dst, ip = [] }) => ({ src, dst, ip }));
    this.policyHash = createHash("sha256").update(acl).digest("hex");
    this.registerOutputs({ policyHash: this.policyHash });
  }
}
