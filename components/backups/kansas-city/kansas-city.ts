// The host in Kansas City as far as the clouds know it: a key that may only read the backups, and a key to the tailnet.
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { BucketKey } from "../../storage/bucket-key.ts";
import { machineKeyInputs } from "../../tailnet/tailnet.ts";
import { tags } from "../../tailnet/targets.ts";
import type { KansasCitySettings } from "./settings.ts";

export interface KansasCityArgs {
  readonly settings: Pick<KansasCitySettings, "generation">;
  /** The backups bucket. */
  readonly bucket: pulumi.Input<string>;
  /** Physical name of the Spaces key. */
  readonly keyName: string;
  /** The tailnet's policy: the host's tag exists only once it is in force. */
  readonly policy: pulumi.Resource;
}

/** Name on the tailnet. @param prefix of physical names */
export function kansasCityHostname(prefix: string): string {
  return `${prefix}-kansas-city`;
}

/** All of it goes with the declaration; the device does with `down`, or by hand. */
export class KansasCity extends pulumi.ComponentResource {
  readonly accessKeyId: pulumi.Output<string>;
  /** Secret. */
  readonly secretAccessKey: pulumi.Output<string>;
  /** Secret: a key for one use within the hour. */
  readonly tailnetKey: pulumi.Output<string>;

  constructor(name: string, args: KansasCityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:backups:KansasCity", name, {}, opts);
    const { bucket, keyName, policy } = args;
    const key = new BucketKey(name, { keyName, bucket, permission: "read" }, { parent: this });
    const { generation } = args.settings;
    const tailnetKey = new tailscale.TailnetKey(
      generation === 1 ? `${name}-tailnet-key` : `${name}_${generation}-tailnet-key`,
      machineKeyInputs("Kansas City host", tags.kansasCity),
      { parent: this, dependsOn: policy },
    );
    this.accessKeyId = key.accessKeyId;
    this.secretAccessKey = key.secretAccessKey;
    this.tailnetKey = pulumi.secret(tailnetKey.key);
    this.registerOutputs();
  }
}
