// An invalid auth key is replaced when it is still wanted.
import { expect, it } from "vitest";
import type { Properties } from "../../local/providers/contract.ts";
import { diffResource } from "../../local/providers/shared/diff.ts";
import { provider } from "../../local/providers/tailscale/index.ts";

function replaced(state: Properties, inputs: Properties): readonly string[] {
  const type = provider.resource("tailscale:index/tailnetKey:TailnetKey");
  if (!type) throw new Error("TailnetKey is not known");
  return diffResource(type, provider.bridge, { ...inputs, ...state }, inputs).replaces;
}

it.each<[string, Properties, Properties, readonly string[]]>([
  ["an invalid reusable key is", { invalid: true }, { reusable: true }, ["id"]],
  ["a valid one is not", { invalid: false }, { reusable: true }, []],
  ["an invalid key for one machine is not", { invalid: true }, { reusable: false }, []],
  ["it is when that is asked for", { invalid: true }, { reusable: false, recreateIfInvalid: "always" }, ["id"]],
  ["a reusable one may be left alone", { invalid: true }, { reusable: true, recreateIfInvalid: "never" }, []],
])("%s replaced", (_, state, inputs, wanted) => expect(replaced(state, inputs)).toEqual(wanted));
