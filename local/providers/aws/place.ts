// Where an object lives: account, region, and the Amazon Resource Name (ARN) made of them.
import { type AccountView, CloudError, type Context, type Properties } from "../contract.ts";
import { isObject, text } from "../shared/values.ts";

/** The account number of the local cloud. No real account can have it, so an ARN shows where it comes from. */
export const accountId = "000000000000";

/** What a place is computed from: the resource's own region, or the provider's. */
export interface Place {
  readonly account: AccountView;
  readonly config: Properties;
}

/** The region of a resource; the resource's own setting counts before the provider's. */
export function regionOf({ config }: Place, inputs: Properties = {}): string {
  const region = text(inputs, "region") ?? text(config, "region");
  if (region) return region;
  throw new CloudError("unprocessable_entity", "no region is known; give the aws provider a region, such as us-east-1");
}

/** An ARN in the region of a resource. */
export function regionalArn(place: Place, inputs: Properties, service: string, resource: string): string {
  return `arn:aws:${service}:${regionOf(place, inputs)}:${accountId}:${resource}`;
}

/** An ARN of a service that has no regions, such as IAM. */
export function globalArn(service: string, resource: string): string {
  return `arn:aws:${service}::${accountId}:${resource}`;
}

/** A resource's own tags over the provider's default tags. */
export function allTags({ config }: Context, inputs: Properties): Properties {
  const defaults = isObject(config["defaultTags"]) ? config["defaultTags"]["tags"] : undefined;
  const own = inputs["tags"];
  return { ...(isObject(defaults) ? defaults : {}), ...(isObject(own) ? own : {}) };
}
