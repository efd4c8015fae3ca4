// The purge service as plain Kubernetes specifications.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../mastodon/args.ts";
import {
  alsoTo,
  flowsOf,
  internet,
  names,
  type NetworkPolicy,
  pods,
  tcp,
} from "../../mastodon/kubernetes/network-policies.ts";
import { working } from "../../mastodon/kubernetes/priority-classes.ts";
import {
  containerResources,
  containerSecurity,
  mastodonUser,
  podDefaults,
  variablesOf,
} from "../../mastodon/workloads/pod.ts";
import { roleLabels, singlePodSpec, workloadLabels } from "../../mastodon/workloads/workload.ts";
import type { CdnKind } from "../settings.ts";

/** Name of the Deployment, of the Service and of everything that belongs to them. */
export const purgeName = "cdn-purge";
const purgePort = 8080;

/** Where Sidekiq finds the service. */
export const purgeUrl = `http://${purgeName}:${purgePort}/purge`;

/** Seconds from the order to end until the kubelet kills: DigitalOcean takes 40 folders at once, but only 20 s after the last 50 files. */
const graceSeconds = 60;

const codeFolder = "/service";
const stateFolder = "/state";

export interface PurgePlan {
  readonly kind: CdnKind;
  /** Of the CDN's endpoint or distribution. */
  readonly cdnId: pulumi.Input<string>;
  /** Host names of the media. */
  readonly hosts: readonly string[];
  /** Mastodon's streaming image: it brings Node, and the nodes have it anyway. */
  readonly image: string;
  readonly placement: Placement;
  /** Fingerprints of the code and of the secrets; a change rolls the pod. */
  readonly checksums: Readonly<Record<string, pulumi.Input<string>>>;
}

const apis: Readonly<Record<CdnKind, string>> = {
  spaces: "https://api.digitalocean.com",
  cloudfront: "https://cloudfront.amazonaws.com",
};

/** The service's source, file by file. Node 22.18 and newer runs TypeScript as it is, and Mastodon 4.6's streaming image has Node 24. */
export function serviceFiles(): Record<string, string> {
  const folder = resolve(import.meta.dirname, "service");
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .toSorted()
    .map((file) => [file, readFileSync(resolve(folder, file), "utf8")]);
  return { "package.json": '{ "type": "module" }\n', ...Object.fromEntries(sources) };
}

const labels = workloadLabels({ name: purgeName, role: purgeName });

/** One pod, and never two: each would spend the whole rate limit. While it is away, Sidekiq keeps the jobs. */
export function purgeDeployment(plan: PurgePlan): kubernetes.types.input.apps.v1.DeploymentSpec {
  return singlePodSpec(labels, purgePod(plan), plan.checksums);
}

/** What the pod asks for. */
export const purgeResources = { cpu: "20m", memory: "96Mi", memoryLimit: "192Mi" };

function purgePod(plan: PurgePlan): kubernetes.types.input.core.v1.PodSpec {
  const probe = { httpGet: { path: "/healthz", port: "http" }, timeoutSeconds: 3 };
  const { placement } = plan;
  return {
    ...podDefaults({ role: purgeName, user: mastodonUser, placement, priority: working, graceSeconds }),
    containers: [
      {
        name: purgeName,
        image: plan.image,
        imagePullPolicy: "IfNotPresent",
        // Types are stripped by Node itself, which some versions of 24 still call an experiment, on each start.
        command: ["node", "--disable-warning=ExperimentalWarning", `${codeFolder}/main.ts`],
        env: environment(plan),
        envFrom: [{ secretRef: { name: purgeName } }],
        ports: [{ name: "http", containerPort: purgePort }],
        volumeMounts: [
          { name: "code", mountPath: codeFolder, readOnly: true },
          { name: "state", mountPath: stateFolder },
        ],
        securityContext: containerSecurity,
        resources: containerResources(purgeResources, "256Mi"),
        startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 30 },
        readinessProbe: { ...probe, periodSeconds: 10 },
        livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 6 },
      },
    ],
    volumes: [
      { name: "code", configMap: { name: purgeName } },
      // What waits outlives a restart of the container, not the pod's end; the pod's end empties it first.
      { name: "state", emptyDir: { sizeLimit: "64Mi" } },
    ],
  };
}

function environment({ kind, cdnId, hosts }: PurgePlan): kubernetes.types.input.core.v1.EnvVar[] {
  const values = {
    CDN_API: apis[kind],
    CDN_ID: cdnId,
    CDN_KIND: kind,
    GRACE_SECONDS: String(graceSeconds - 5),
    JOURNAL: `${stateFolder}/waiting`,
    MEDIA_HOSTS: hosts.join(","),
    PORT: String(purgePort),
  };
  return variablesOf(values);
}

export function purgeService(): kubernetes.types.input.core.v1.ServiceSpec {
  return {
    type: "ClusterIP",
    selector: roleLabels(purgeName),
    ports: [{ name: "http", port: purgePort, targetPort: "http" }],
  };
}

/** Only Sidekiq reaches it, and it reaches nothing but names and the internet's port 443. Policies add up, so Sidekiq's own stays as it is. */
export function purgePolicies(): Record<string, NetworkPolicy> {
  const ports = tcp(purgePort);
  const self = roleLabels(purgeName);
  const sidekiq = roleLabels("sidekiq");
  return {
    [purgeName]: flowsOf(self, { ingress: [{ from: [pods(sidekiq)], ports }], egress: [names, internet(443)] }),
    [`sidekiq-to-${purgeName}`]: alsoTo(sidekiq, { to: [pods(self)], ports }),
  };
}
