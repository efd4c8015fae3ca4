// A tailnet always has a policy: the one that a stack leaves behind stands in the way of the next one, as any that was made by hand does.
import { policyFileSchema } from "../../../components/tailnet/evaluator/policy-file.ts";
import { validatePolicy } from "../../../components/tailnet/evaluator/validate.ts";
import { parseHujson } from "../../../components/tailnet/hujson.ts";
import { CloudError, type Context, type Hooks, type Properties } from "../contract.ts";
import { text } from "../shared/values.ts";

/** Type of the row that holds what a deleted resource left in force. */
export const keptPolicyType = "tailscale:local/policy:Policy";

const id = "policy";

/**
 * The provider sends a new resource's policy on condition that the tailnet has the default one, unless it is told to overwrite
 * (provider v0.29, `overwriteExistingContent`); deleting the resource changes nothing unless it is told to reset.
 */
export function keptPolicy(hooks: Hooks): Hooks {
  return {
    ...hooks,
    validate(ctx, inputs, previous) {
      hooks.validate?.(ctx, inputs, previous);
      requireValid(inputs);
      if (previous || inputs["overwriteExistingContent"] === true || kept(ctx) === undefined) return;
      throw new CloudError(
        "precondition_failed",
        "the tailnet has a policy that is not the default one, and this resource would overwrite it (412); import it, or set overwriteExistingContent (tailnet.overwritePolicy) for one update",
        "acl",
      );
    },
    outputs(ctx, aclId, inputs, previous) {
      ctx.account.remove(keptPolicyType, id); // what is in force is the resource's now
      return hooks.outputs?.(ctx, aclId, inputs, previous) ?? {};
    },
    removed(ctx, stored) {
      if (stored.object["resetAclOnDestroy"] === true) return;
      ctx.account.put(keptPolicyType, id, { acl: stored.object["acl"] ?? "" });
    },
  };
}

/** The control plane refuses a policy as a whole, with the first thing that is wrong with it. */
function requireValid(inputs: Properties): void {
  const parsed = parseHujson(text(inputs, "acl") ?? "");
  const policy = "value" in parsed ? policyFileSchema.safeParse(parsed.value).data : undefined;
  const [problem] = policy ? validatePolicy(policy) : [{ path: "", message: "not a policy" }];
  if (problem) throw new CloudError("unprocessable_entity", `${problem.path} ${problem.message}`.trim(), "acl");
}

/** The policy that nobody's resource holds. */
function kept({ account }: Context): string | undefined {
  return text(account.get(keptPolicyType, id)?.object ?? {}, "acl");
}
