// When two policy files say the same.
import { parseHujson } from "../../../components/tailnet/hujson.ts";
import type { Value } from "../contract.ts";
import { canonical } from "../shared/diff.ts";

/** True when two policy texts say the same, apart from comments, white space and the order of keys. */
export function samePolicy(old: Value, now: Value): boolean {
  if (typeof old !== "string" || typeof now !== "string") return old === now;
  const [left, right] = [parseHujson(old), parseHujson(now)];
  return "value" in left && "value" in right && canonical(left.value) === canonical(right.value);
}
