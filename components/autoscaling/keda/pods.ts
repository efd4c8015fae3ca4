// KEDA's two programs as plain Kubernetes specifications: the operator, and the metrics server beside the Kubernetes API.
import type * as kubernetes from "@pulumi/kubernetes";
import type { Placement } from "../../mastodon/args.ts";
import { namespaceName } from "../../mastodon/kubernetes/namespace.ts";
import { containerResources, containerSecurity } from "../../mastodon/workloads/pod.ts";
import type { Container, DeploymentSpec, PodSpec } from "../../mastodon/workloads/workload.ts";
import type { AutoscalingSettings } from "../settings.ts";
import { certificatesName, kedaLabels, kedaNamespace, metricsServerName, operatorName, ports } from "./names.ts";

/** `nonroot` of the images (KEDA's Dockerfile: distroless). */
const user = 65532;

const certificatesFolder = "/certs";
const certificates = { name: "certificates", mountPath: certificatesFolder, readOnly: true };

interface PodOptions {
  readonly settings: Pick<AutoscalingSettings, "images" | "resources">;
  readonly placement: Placement;
}

/** What both are told: their own namespace, and the only one in which they look for work. */
const environment: NonNullable<Container["env"]> = [
  { name: "POD_NAMESPACE", value: kedaNamespace },
  { name: "KEDA_CLUSTER_OBJECT_NAMESPACE", value: kedaNamespace },
  { name: "WATCH_NAMESPACE", value: namespaceName },
  { name: "KEDA_RESTRICT_SECRET_ACCESS", value: "true" },
];

export function operatorDeployment({ settings, placement }: PodOptions): DeploymentSpec {
  return deployment(operatorName, placement, {
    name: operatorName,
    image: settings.images.operator,
    command: ["/keda"],
    args: [
      "--leader-elect",
      "--zap-log-level=info",
      "--zap-encoder=json",
      "--enable-cert-rotation=true",
      "--enable-webhook-patching=false", // there is no webhook
    ],
    env: environment,
    ports: [{ name: "metricsservice", containerPort: ports.operator }],
    volumeMounts: [certificates],
    resources: containerResources(settings.resources.operator, "512Mi"),
    ...probes(
      { httpGet: { path: "/healthz", port: ports.health } },
      { httpGet: { path: "/readyz", port: ports.health } },
    ),
  });
}

export function metricsServerDeployment({ settings, placement }: PodOptions): DeploymentSpec {
  return deployment(metricsServerName, placement, {
    name: metricsServerName,
    image: settings.images.metricsServer,
    command: ["/keda-adapter"],
    args: [
      `--secure-port=${ports.metricsServer}`,
      "--zap-log-level=error",
      `--client-ca-file=${certificatesFolder}/ca.crt`,
      `--tls-cert-file=${certificatesFolder}/tls.crt`,
      `--tls-private-key-file=${certificatesFolder}/tls.key`,
      `--cert-dir=${certificatesFolder}`,
    ],
    env: environment,
    ports: [{ name: "https", containerPort: ports.metricsServer }],
    volumeMounts: [certificates, { name: "scratch", mountPath: "/tmp" }],
    resources: containerResources(settings.resources.metricsServer, "512Mi"),
    ...probes(secure("/healthz"), secure("/readyz")),
  });
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number; readonly scheme?: string };
}

function secure(path: string): Probe {
  return { httpGet: { path, port: ports.metricsServer, scheme: "HTTPS" } };
}

/** Until the operator has made certificates, neither answers; that takes a minute or two in a new cluster. */
function probes(alive: Probe, ready: Probe) {
  return {
    startupProbe: { ...ready, periodSeconds: 5, failureThreshold: 60 },
    readinessProbe: { ...ready, periodSeconds: 10, timeoutSeconds: 5 },
    livenessProbe: { ...alive, periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 4 },
  };
}

/** One pod each: while it moves, every workload stays as it is. */
function deployment(
  name: typeof operatorName | typeof metricsServerName,
  { nodeSelector, tolerations }: Placement,
  container: Container,
): DeploymentSpec {
  const labels = kedaLabels(name);
  return {
    replicas: 1,
    revisionHistoryLimit: 5,
    progressDeadlineSeconds: 600,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: operatorName,
        automountServiceAccountToken: true, // it talks to the API server
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 10,
        nodeSelector: { ...nodeSelector },
        tolerations: tolerations.map((toleration) => ({ operator: "Equal", ...toleration })),
        securityContext: {
          runAsNonRoot: true,
          runAsUser: user,
          runAsGroup: user,
          fsGroup: user,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [{ imagePullPolicy: "IfNotPresent", ...container, securityContext: containerSecurity }],
        volumes: volumesOf(name),
      },
    },
  };
}

/** The operator makes the certificates, so it alone starts without them. */
function volumesOf(name: string): PodSpec["volumes"] {
  const secret = { secretName: certificatesName, optional: name === operatorName };
  const scratch = { name: "scratch", emptyDir: { sizeLimit: "64Mi" } };
  return [{ name: certificates.name, secret }, ...(name === operatorName ? [] : [scratch])];
}

/** The Services by which the metrics server finds the operator, and the API server the metrics server. */
export const kedaServices: Readonly<
  Record<typeof operatorName | typeof metricsServerName, kubernetes.types.input.core.v1.ServiceSpec>
> = {
  [operatorName]: {
    selector: kedaLabels(operatorName),
    ports: [{ name: "metricsservice", port: ports.operator, targetPort: ports.operator }],
  },
  [metricsServerName]: {
    selector: kedaLabels(metricsServerName),
    ports: [{ name: "https", port: 443, targetPort: ports.metricsServer }],
  },
};
