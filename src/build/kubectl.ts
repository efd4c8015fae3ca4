// Builds the way to the Kubernetes API over the tailnet, where the settings want it.
import { namespaceName } from "../../components/mastodon/kubernetes/namespace.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import type { WorkloadEntry } from "../../components/mastodon/workload-list.ts";
import { intentMatrix } from "../../components/tailnet/intents.ts";
import { KubectlProxy } from "../../components/tailnet/kubectl/kubectl-proxy.ts";
import { kubectlNamespace, kubectlPods, kubectlRole, serviceHost } from "../../components/tailnet/kubectl/names.ts";
import type { Tailnet } from "../../components/tailnet/tailnet.ts";
import { machinesOf } from "../rules/tailnet.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import { sidekiqPlacement } from "./server.ts";

interface KubectlParts {
  readonly compute: Compute;
  readonly tailnet: Tailnet;
  readonly mastodon: Mastodon;
}

export function buildKubectl({ settings, providers }: Context, parts: KubectlParts): void {
  const { tailnet, name: prefix } = settings;
  const { kubectl } = tailnet;
  if (!kubectl.enabled || kubectl.domain === undefined) return;
  const args = {
    settings: kubectl,
    domain: kubectl.domain,
    matrix: intentMatrix(tailnet, machinesOf(settings)),
    prefix,
    provider: parts.compute.kubernetes,
    placement: sidekiqPlacement(settings),
    policy: parts.tailnet.acl,
    namespaces: [namespaceName],
  };
  // The server brings the priority classes that the pods name, and the namespace in which operators operate.
  new KubectlProxy("kubectl", args, { providers: [providers.tailscale], dependsOn: parts.mastodon });
}

/** What runs for it, in the list of everything that runs. */
export function kubectlWorkloads({ settings }: Context): WorkloadEntry[] {
  if (!settings.tailnet.kubectl.enabled) return [];
  return kubectlPods.map((name) => ({
    namespace: kubectlNamespace,
    name,
    kind: "Deployment",
    process: kubectlRole,
    replicas: 1,
  }));
}

/** The output `tailnet.kubernetes`; nothing without the way. */
export function kubectlOutput({ settings: { tailnet, name } }: Context) {
  const { enabled, domain } = tailnet.kubectl;
  return enabled && domain !== undefined ? { kubernetes: { host: serviceHost(name, domain) } } : {};
}
