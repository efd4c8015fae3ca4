// All providers, explicit: one for each account and region, so that nothing can land in the wrong one.
import * as aws from "@pulumi/aws";
import * as digitalocean from "@pulumi/digitalocean";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tailscale from "@pulumi/tailscale";
import * as tls from "@pulumi/tls";
import { cloudFrontRegion } from "../components/cdn/cloudfront/cloudfront-cdn.ts";
import { dropletWorkers } from "../components/workers/settings.ts";
import { secretOutput } from "./load-settings.ts";
import { mainAccount } from "./secrets-settings.ts";
import type { Settings } from "./settings-schema.ts";

/** Providers that need nothing but credentials. Those for Spaces and Kubernetes come from resources of the stack. */
export interface Providers {
  /** By account, as under `secrets.digitalocean`. */
  readonly digitalocean: ReadonlyMap<string, digitalocean.Provider>;
  readonly tailscale: tailscale.Provider;
  readonly random: random.Provider;
  readonly tls: tls.Provider;
  /** By region. */
  readonly aws: ReadonlyMap<string, aws.Provider>;
}

type AccountCredentials = Settings["secrets"]["digitalocean"][string] | Settings["secrets"]["digitalocean"]["main"];

/** Makes a provider for each account and region that something lives in. */
export function createProviders({ secrets, tailnet, mail, backups, workers, cdn }: Settings): Providers {
  const accounts = new Set([mainAccount, ...dropletWorkers(workers).map(([, { account }]) => account)]);
  const awsRegions = new Set([
    mail.region,
    backups.immutable.region,
    ...(cdn.kind === "cloudfront" ? [cloudFrontRegion] : []),
  ]);
  return {
    digitalocean: new Map(
      Object.entries(secrets.digitalocean)
        .filter(([account]) => accounts.has(account))
        .map(([account, credentials]) => [account, digitaloceanProvider(account, credentials)]),
    ),
    tailscale: new tailscale.Provider("tailscale", {
      oauthClientId: secretOutput(secrets.tailscale.clientId),
      oauthClientSecret: secretOutput(secrets.tailscale.clientSecret),
      tailnet: tailnet.name,
    }),
    random: new random.Provider("random"),
    tls: new tls.Provider("tls"),
    aws: new Map(
      [...awsRegions].map((region) => [
        region,
        new aws.Provider(`aws-${region}`, {
          region,
          accessKey: secretOutput(secrets.aws.accessKeyId),
          secretKey: secretOutput(secrets.aws.secretAccessKey),
        }),
      ]),
    ),
  };
}

/** Spaces credentials are given, not made by the stack: buckets could not be checked at a stack's first preview otherwise. */
function digitaloceanProvider(account: string, { token, ...spaces }: AccountCredentials): digitalocean.Provider {
  return new digitalocean.Provider(`digitalocean-${account}`, {
    token: secretOutput(token),
    ...("spacesAccessKeyId" in spaces && {
      spacesAccessId: secretOutput(spaces.spacesAccessKeyId),
      spacesSecretKey: secretOutput(spaces.spacesSecretAccessKey),
    }),
  });
}

/** The provider of an account or region that the settings were checked to name. */
export function providerOf<Provider>(providers: ReadonlyMap<string, Provider>, key: string = mainAccount): Provider {
  const provider = providers.get(key);
  if (provider === undefined) throw new Error(`no provider for ${key}; known: ${[...providers.keys()].join(", ")}`);
  return provider;
}

/** The provider of a cluster's objects. */
export function kubernetesProvider(
  name: string,
  { clusterId, kubeconfig }: { readonly clusterId: pulumi.Input<string>; readonly kubeconfig: pulumi.Input<string> },
): kubernetes.Provider {
  return new kubernetes.Provider(name, {
    kubeconfig,
    // Without it a changed address or certificate in the kubeconfig counts as another cluster, and every object in it is replaced.
    clusterIdentifier: clusterId,
    // Fields that autoscalers own stay theirs, and two writers of one field are told apart.
    enableServerSideApply: true,
    // Otherwise a changed one is deleted and made again, and a pod that starts in between, or after an update that ended there, finds
    // none. Pods carry a checksum of what they read, so a change rolls them all the same.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
}
