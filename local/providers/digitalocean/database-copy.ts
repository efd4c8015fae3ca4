// A database cluster that is made as a copy of another one: what must hold for it, and what it comes with.
import { memoryGib } from "../../../components/database/catalogue.ts";
import { CloudError, type Context, type Properties, type StoredObject } from "../contract.ts";
import { object, text } from "../shared/values.ts";
import { objectsOf, tokenOf } from "./guards.ts";

/** The cluster that the inputs name; nothing for a cluster of its own. */
export function originalOf(ctx: Context, inputs: Properties): StoredObject | undefined {
  const name = text(object(inputs, "backupRestore"), "databaseName");
  if (name === undefined) return undefined;
  const found = objectsOf(ctx, "DatabaseCluster").find((one) => one.object["name"] === name);
  if (!found) throw new CloudError("not_found", `there is no database cluster ${name}`, "backupRestore.databaseName");
  return found;
}

/** A copy needs at least the size of its original (docs.digitalocean.com, fork a cluster, 2026). */
export function requireCopyable(ctx: Context, inputs: Properties): void {
  const original = originalOf(ctx, inputs);
  if (original === undefined) return;
  if (original.object["engine"] !== inputs["engine"])
    throw new CloudError("unprocessable_entity", "a copy has the engine of its original", "engine");
  const [least, memory] = [original.object, inputs].map((one) => memoryGib(text(one, "size") ?? "") ?? 0);
  if ((memory ?? 0) < (least ?? 0))
    throw new CloudError("unprocessable_entity", "a copy is at least as large as its original", "size");
}

/** Databases and users come with it, passwords included; pools and the firewall do not. */
export function copyMembers(ctx: Context, id: string, inputs: Properties): void {
  const original = originalOf(ctx, inputs);
  if (original === undefined) return;
  for (const [className, infix] of [
    ["DatabaseDb", "database/"],
    ["DatabaseUser", "user/"],
  ] as const)
    for (const one of objectsOf(ctx, className)) {
      if (one.object["clusterId"] !== original.id) continue;
      ctx.account.put(tokenOf(className), `${id}/${infix}${text(one.object, "name")}`, {
        ...one.object,
        clusterId: id,
      });
    }
}
