// The way to the Kubernetes API over the tailnet: it needs the tailnet's domain, and somebody who may use it.
import { intentMatrix } from "../../components/tailnet/intents.ts";
import { holdersOf } from "../../components/tailnet/kubectl/rights.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";
import { machinesOf, type MachineSubject, machineSubjects } from "./tailnet.ts";

/** Machines look for the certificate under the whole name, so the stack has to know it. */
function assertDomainKnown({ tailnet: { kubectl } }: Pick<Settings, "tailnet">): Problem[] {
  if (!kubectl.enabled || kubectl.domain !== undefined) return [];
  const message =
    "must be the tailnet's own domain when tailnet.kubectl.enabled is true, for example tail1a2b3.ts.net; Tailscale's console shows it under DNS";
  return [{ path: "tailnet.kubectl.domain", value: undefined, message }];
}

/** A way that nobody may go is a mistake in the one or the other setting. */
function assertSomebodyMayUse(settings: Pick<Settings, MachineSubject>): Problem[] {
  const { tailnet } = settings;
  const { kubectl } = tailnet;
  if (!kubectl.enabled || holdersOf(intentMatrix(tailnet, machinesOf(settings)), kubectl).length > 0) return [];
  const message =
    "would serve nobody: let somebody reach kubernetes in tailnet.access and give them view or operate in tailnet.kubectl.rights";
  return [{ path: "tailnet.kubectl.enabled", value: true, message }];
}

export const tailnetKubectlRules = [rule(["tailnet"], assertDomainKnown), rule(machineSubjects, assertSomebodyMayUse)];
