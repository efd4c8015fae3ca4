// Decides, before the cluster is registered, whether the program names its version in this run or leaves it to the platform.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { isSettled, planVersion, type RunningCluster } from "../../components/kubernetes/versions.ts";
import type { ClusterVersion } from "../../components/kubernetes/cluster.ts";
import type { Existing } from "../../policies/destruction.ts";
import { providerOf } from "../providers.ts";
import { placeName } from "../names.ts";
import type { Context } from "./context.ts";

/**
 * The version to register. An ordinary run makes no call; a first run and an upgrade ask DigitalOcean what runs and what is on offer.
 * @param saved the stack's resources as the last update or refresh left them
 * @throws pulumi.RunError when the setting asks for a version that the cluster cannot have
 */
export async function clusterVersion(context: Context, saved: readonly Existing[]): Promise<ClusterVersion> {
  const { kubernetes } = context.settings;
  const inState = saved.find(({ type }) => type === "digitalocean:index/kubernetesCluster:KubernetesCluster");
  const savedVersion = versionOf(inState?.outputs);
  if (isSettled(kubernetes.version, savedVersion)) return { slug: savedVersion, leftToPlatform: true };
  const options = { provider: providerOf(context.providers.digitalocean) };
  const running = await runningCluster(placeName(context.settings), options);
  const { validVersions } = await digitalocean.getKubernetesVersions({}, options);
  const plan = planVersion(kubernetes.version, running, validVersions);
  if (plan.kind === "refuse")
    throw new pulumi.RunError(`mastodon:kubernetes.version: ${JSON.stringify(kubernetes.version)} ${plan.message}`);
  return { slug: plan.version, leftToPlatform: plan.kind === "keep" };
}

function versionOf(outputs: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const version = outputs?.["version"];
  return typeof version === "string" ? version : undefined;
}

/** The cluster of that name in the account; nothing when there is none. */
async function runningCluster(name: string, options: pulumi.InvokeOptions): Promise<RunningCluster | undefined> {
  try {
    const { version, status } = await digitalocean.getKubernetesCluster({ name }, options);
    return { version, busy: status !== "running" };
  } catch (error) {
    // The provider's words for a cluster that is not there (datasource_kubernetes_cluster.go).
    if (/unable to find cluster with name|no clusters found/i.test(String(error))) return undefined;
    throw error;
  }
}
