// Builds the tailnet.
import { Tailnet } from "../../components/tailnet/tailnet.ts";
import { machinesOf } from "../rules/tailnet.ts";
import type { Context } from "./context.ts";

export function buildTailnet({ settings, providers }: Context): Tailnet {
  const { tailnet, protect } = settings;
  const args = { settings: tailnet, machines: machinesOf(settings), protect };
  return new Tailnet("tailnet", args, { providers: [providers.tailscale] });
}
