// A worker's key to the tailnet, and the name under which everything of one generation is registered.
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { machineKeyInputs } from "../tailnet/tailnet.ts";
import { workerTag } from "../tailnet/targets.ts";
import { isDroplet, type WorkerSettings } from "./settings.ts";

/** Another generation is another key and another droplet beside the old ones, which then go. */
export function generationName(
  name: string,
  worker: string,
  { generation }: Pick<WorkerSettings, "generation">,
): string {
  return generation === 1 ? `${name}-${worker}` : `${name}-${worker}_${generation}`; // no worker's name holds a _
}

/**
 * Name on the tailnet. The next droplet is there before the last one goes, and the tailnet gives a name that is taken to nobody else; a host of
 * somebody's own stays the same machine.
 * @param prefix of physical names
 */
export function workerHostname(prefix: string, worker: string, settings: WorkerSettings): string {
  const name = `${prefix}-${worker}`;
  return isDroplet(settings) && settings.generation > 1 ? `${name}-g${settings.generation}` : name;
}

/**
 * Devices of workers that do not last leave the tailnet by themselves, within an hour after they were seen last: nothing that the stack could
 * register deletes a device. A host that is meant to last may be switched off for a night, and stays.
 */
function isEphemeral(settings: WorkerSettings): boolean {
  return isDroplet(settings) || settings.until !== undefined;
}

/** Secret. @param policy the tailnet's: a worker's tag exists only once it is in force */
export function createKey(
  name: string,
  worker: string,
  settings: WorkerSettings,
  { parent, policy }: { readonly parent: pulumi.Resource; readonly policy: pulumi.Resource },
): pulumi.Output<string> {
  const inputs = { ...machineKeyInputs(`worker ${worker}`, workerTag(worker)), ephemeral: isEphemeral(settings) };
  return pulumi.secret(new tailscale.TailnetKey(`${name}-key`, inputs, { parent, dependsOn: policy }).key);
}
