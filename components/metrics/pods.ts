// The two Deployments, Prometheus with its volume and Alertmanager, as plain Kubernetes specifications.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../mastodon/args.ts";
import { working } from "../mastodon/kubernetes/priority-classes.ts";
import { containerResources, containerSecurity, podDefaults } from "../mastodon/workloads/pod.ts";
import {
  type Container,
  type DeploymentSpec,
  type PodSpec,
  singlePodSpec,
  workloadLabels,
} from "../mastodon/workloads/workload.ts";
import { alertmanagerFile, alertmanagerFolder } from "./alertmanager.ts";
import type { pushgatewayName } from "./pushgateway-address.ts";
import { configurationFile, configurationFolder } from "./scrape.ts";
import type { MetricsSettings } from "./settings.ts";

export const prometheusName = "prometheus";
export const alertmanagerName = "alertmanager";
export type MetricsRole = typeof prometheusName | typeof alertmanagerName | typeof pushgatewayName;

export const prometheusPort = 9090;
export const alertmanagerPort = 9093;

/** `nobody`, whom both images run as. */
const user = 65534;

/** Share of the volume that samples may fill; the rest is for the log of what is not yet compacted. */
const filledShare = 0.8;

/** Most that Prometheus keeps, in MiB. */
export function retentionMib({ volumeGib }: Pick<MetricsSettings, "volumeGib">): number {
  return Math.floor(volumeGib * 1024 * filledShare);
}

/** A volume that only one pod at a time can hold, of DigitalOcean's block storage. */
export function volumeClaim({ volumeGib }: Pick<MetricsSettings, "volumeGib">) {
  return {
    accessModes: ["ReadWriteOnce"],
    storageClassName: "do-block-storage",
    resources: { requests: { storage: `${volumeGib}Gi` } },
  };
}

interface PodOptions {
  readonly settings: MetricsSettings;
  readonly placement: Placement;
  /** Fingerprint of the configuration: a changed one rolls the pod. */
  readonly checksum: pulumi.Input<string>;
}

export function prometheusDeployment({ settings, placement, checksum }: PodOptions): DeploymentSpec {
  const probe = { periodSeconds: 10, timeoutSeconds: 5 };
  return deployment(prometheusName, checksum, {
    ...podDefaults({ role: prometheusName, user, placement, priority: working, graceSeconds: 120 }),
    // It asks the API server which pods there are.
    automountServiceAccountToken: true,
    containers: [
      {
        name: prometheusName,
        image: settings.images.prometheus,
        imagePullPolicy: "IfNotPresent",
        args: [`--config.file=${configurationFolder}/${configurationFile}`, "--storage.tsdb.path=/prometheus"],
        ports: [{ name: "http", containerPort: prometheusPort }],
        volumeMounts: [
          { name: "configuration", mountPath: configurationFolder, readOnly: true },
          { name: "data", mountPath: "/prometheus" },
        ],
        securityContext: containerSecurity,
        resources: containerResources(settings.resources.prometheus, "1Gi"),
        // After an unclean end it reads its log of the last hours again, which takes minutes on a large server.
        startupProbe: { httpGet: { path: "/-/ready", port: "http" }, ...probe, failureThreshold: 90 },
        readinessProbe: { httpGet: { path: "/-/ready", port: "http" }, ...probe },
        livenessProbe: { httpGet: { path: "/-/healthy", port: "http" }, ...probe, failureThreshold: 6 },
      },
    ],
    volumes: [
      { name: "configuration", configMap: { name: prometheusName } },
      { name: "data", persistentVolumeClaim: { claimName: prometheusName } },
    ],
  });
}

/** Silences and what was sent are forgotten with the pod; then alerts that still fire are told once more. */
export function alertmanagerDeployment({ settings, placement, checksum }: PodOptions): DeploymentSpec {
  const probe = { periodSeconds: 10, timeoutSeconds: 5 };
  return deployment(alertmanagerName, checksum, {
    ...podDefaults({ role: alertmanagerName, user, placement, priority: working, graceSeconds: 30 }),
    containers: [
      {
        name: alertmanagerName,
        image: settings.images.alertmanager,
        imagePullPolicy: "IfNotPresent",
        args: [
          `--config.file=${alertmanagerFolder}/${alertmanagerFile}`,
          "--storage.path=/alertmanager",
          "--cluster.listen-address=", // one alone has nobody to agree with
        ],
        ports: [{ name: "http", containerPort: alertmanagerPort }],
        volumeMounts: [
          { name: "configuration", mountPath: alertmanagerFolder, readOnly: true },
          { name: "data", mountPath: "/alertmanager" },
        ],
        securityContext: containerSecurity,
        resources: containerResources(settings.resources.alertmanager, "256Mi"),
        startupProbe: { httpGet: { path: "/-/ready", port: "http" }, ...probe, failureThreshold: 12 },
        readinessProbe: { httpGet: { path: "/-/ready", port: "http" }, ...probe },
        livenessProbe: { httpGet: { path: "/-/healthy", port: "http" }, ...probe, failureThreshold: 6 },
      } satisfies Container,
    ],
    volumes: [
      { name: "configuration", secret: { secretName: alertmanagerName } },
      { name: "data", emptyDir: { sizeLimit: "128Mi" } },
    ],
  });
}

/** Labels that select the pods. */
export function metricsLabels(role: MetricsRole): Record<string, string> {
  return workloadLabels({ name: role, role });
}

/** One pod, and never two: the volume can be held once, and two Alertmanagers would tell everything twice. */
function deployment(role: MetricsRole, checksum: pulumi.Input<string>, pod: PodSpec): DeploymentSpec {
  return {
    ...singlePodSpec(metricsLabels(role), pod, { configuration: checksum }),
    progressDeadlineSeconds: 1200, // a volume of a lost node is free again after some six minutes
  };
}

/** A name inside the cluster. */
export function metricsService(role: MetricsRole, port: number): kubernetes.types.input.core.v1.ServiceSpec {
  return { type: "ClusterIP", selector: metricsLabels(role), ports: [{ name: "http", port, targetPort: "http" }] };
}
