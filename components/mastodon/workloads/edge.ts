// The edge workload: nginx between the load balancer and Mastodon's processes.
import type { Placement } from "../args.ts";
import { edgeMetricsPort } from "../edge/metrics.ts";
import { edgeFolder, edgeHealthPath } from "../edge/options.ts";
import { finishSeconds } from "../edge/timeouts.ts";
import {
  edgeCertificateFolder,
  edgeCertificateSecret,
  edgeInsidePort,
  edgePort,
  edgeTlsPort,
  startFile,
} from "../edge/tls.ts";
import { serving } from "../kubernetes/priority-classes.ts";
import type { MastodonSettings } from "../settings.ts";
import { containerResources, containerSecurity, edgeUser, podDefaults } from "./pod.ts";
import { surge, type Container, type Workload } from "./workload.ts";

/** Name of the ConfigMap with nginx' configuration. */
export const edgeConfigName = "edge-configuration";
export const edgeConfigFile = "nginx.conf";

/** Uploads and large answers are buffered here. */
const scratch = "4Gi";

/** Seconds in which load balancing forgets the pod: three of its checks, 3 s apart, and some. */
const drainSeconds = 12;

/**
 * @param endsTls whether TLS ends at these pods and not at the load balancer
 * @param metrics whether nginx shows its counters
 */
export function edgeWorkload(
  settings: MastodonSettings,
  placement: Placement,
  endsTls: boolean,
  metrics = false,
): Workload {
  return {
    name: "edge",
    role: "edge",
    replicas: settings.edge.replicas,
    strategy: surge,
    pod: {
      ...podDefaults({
        role: "edge",
        user: edgeUser,
        placement,
        priority: serving,
        graceSeconds: drainSeconds + finishSeconds,
      }),
      containers: [nginxContainer(settings, endsTls, metrics)],
      volumes: [
        { name: "configuration", configMap: { name: edgeConfigName } },
        { name: "tmp", emptyDir: { sizeLimit: scratch } },
        // Not there before the first certificate, and the pods must run for it to be got.
        ...(endsTls
          ? [{ name: "certificate", secret: { secretName: edgeCertificateSecret, optional: true, defaultMode: 0o440 } }]
          : []),
      ],
    },
  };
}

function nginxContainer({ images, edge }: MastodonSettings, endsTls: boolean, metrics: boolean): Container {
  // Kubelets send no PROXY header.
  const probe = { httpGet: { path: edgeHealthPath, port: endsTls ? "inside" : "http" }, timeoutSeconds: 3 };
  return {
    name: "nginx",
    image: images.edge,
    imagePullPolicy: "IfNotPresent",
    // Not the image's entry point: it edits files, and the root is read-only.
    command: endsTls
      ? ["/bin/sh", `${edgeFolder}/${startFile}`]
      : ["nginx", "-c", `${edgeFolder}/${edgeConfigFile}`, "-g", "daemon off;"],
    ports: [
      { name: "http", containerPort: edgePort },
      ...(endsTls
        ? [
            { name: "https", containerPort: edgeTlsPort },
            { name: "inside", containerPort: edgeInsidePort },
          ]
        : []),
      ...(metrics ? [{ name: "metrics", containerPort: edgeMetricsPort }] : []),
    ],
    volumeMounts: [
      { name: "configuration", mountPath: edgeFolder, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(endsTls ? [{ name: "certificate", mountPath: edgeCertificateFolder, readOnly: true }] : []),
    ],
    securityContext: containerSecurity,
    resources: containerResources(edge.resources, scratch),
    // The image stops with SIGQUIT, on which nginx finishes what it has begun.
    lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
    startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 6 },
  };
}
