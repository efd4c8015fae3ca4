// What accounts enforce, whatever the product: parents that exist, names that are free, nothing deleted while in use, limits.
import { CloudError, type Context, type Properties, type StoredObject } from "../contract.ts";
import { text } from "../shared/values.ts";

/** Full token of a class: `Vpc` gives `digitalocean:index/vpc:Vpc`. */
export function tokenOf(className: string): string {
  return `digitalocean:index/${className.charAt(0).toLowerCase()}${className.slice(1)}:${className}`;
}

/** All objects of a class in this account. */
export function objectsOf(ctx: Pick<Context, "account">, className: string): StoredObject[] {
  return ctx.account.list(tokenOf(className));
}

/** The object that a property names, or an error that says which property points nowhere. */
export function requireParent(
  ctx: Context,
  className: string,
  id: string | undefined,
  property: string,
): StoredObject | undefined {
  if (id === undefined) return undefined;
  const token = tokenOf(className);
  // Buckets are reached by Spaces keys, which may belong to a provider without the account's token.
  const parent =
    ctx.account.get(token, id) ??
    (className === "SpacesBucket" ? ctx.account.everywhere(token).find((one) => one.id === id) : undefined);
  if (parent) return parent;
  throw new CloudError(
    "not_found",
    `${className} ${id} does not exist in this account; create it first, or correct the id`,
    property,
  );
}

/** Refuses a value that another object of the class holds already. */
export function requireFree(
  ctx: Context,
  className: string,
  property: string,
  inputs: Properties,
  previous?: StoredObject,
  among: readonly StoredObject[] = objectsOf(ctx, className),
): void {
  const value = text(inputs, property);
  const holder = among.find((one) => one.object[property] === value && one.id !== previous?.id);
  if (value === undefined || !holder) return;
  throw new CloudError("conflict", `${value} is taken by ${className} ${holder.id}; choose another`, property);
}

/** Refuses an object beyond a limit of the account. */
export function requireBelow(limit: number, count: number, what: string): void {
  if (count < limit) return;
  throw new CloudError(
    "unprocessable_entity",
    `this account may have ${limit} ${what} and has ${count}; delete some, or ask for a higher limit`,
  );
}

/** Refuses a deletion while another object still points here. */
export function refuseWhileUsed(
  ctx: Context,
  what: string,
  users: readonly (readonly [className: string, property: string])[],
  value: string,
): void {
  for (const [className, property] of users) {
    const user = objectsOf(ctx, className).find(({ object }) => object[property] === value);
    if (user)
      throw new CloudError(
        "forbidden",
        `${what} ${value} is in use by ${className} ${text(user.object, "name") ?? user.id}; delete that first`,
      );
  }
}

/** Refuses a cluster in another region than the VPC that `property` names. */
export function requireVpcOfRegion(ctx: Context, inputs: Properties, property: string): void {
  const vpc = requireParent(ctx, "Vpc", text(inputs, property), property);
  if (vpc && vpc.object["region"] !== inputs["region"])
    throw new CloudError(
      "unprocessable_entity",
      `VPC ${text(vpc.object, "name")} is in ${text(vpc.object, "region")}; the cluster must be in the same region`,
      property,
    );
}
