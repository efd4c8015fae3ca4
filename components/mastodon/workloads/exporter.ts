// Where Mastodon's processes show their metrics: a collector beside Puma, and a port of each Sidekiq process.
import { exporterPort } from "../environment/exporter.ts";
import type { Resources } from "../settings.ts";
import { containerResources, containerSecurity } from "./pod.ts";
import type { Container } from "./workload.ts";

/** Name of the port by which Prometheus finds it. */
const portName = "metrics";

const exporterPorts: Container["ports"] = [{ name: portName, containerPort: exporterPort }];

/** The collector's own sign of life. */
const ping = { httpGet: { path: "/ping", port: portName } };

/**
 * The port at which Sidekiq shows metrics, and with it its only sign of life that asks nobody else: a thread of the process itself answers. Patient
 * for five minutes, because busy jobs let it wait, and a restart costs them.
 */
export function sidekiqPorts(metrics: boolean): Pick<Container, "ports" | "livenessProbe"> {
  if (!metrics) return {};
  return {
    ports: exporterPorts,
    livenessProbe: { ...ping, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 10 },
  };
}

/**
 * The collector to which Puma's workers report; each of them alone would know a part only. A sidecar in Kubernetes' sense: it is there
 * before Puma and ends after it. It has no readiness probe, because a broken collector must not take the pod out of service.
 */
export function exporterSidecar(image: string, resources: Resources): Container {
  return {
    name: "exporter",
    image,
    imagePullPolicy: "IfNotPresent",
    restartPolicy: "Always",
    args: ["bin/prometheus_exporter", "--bind", "0.0.0.0", "--port", String(exporterPort)],
    ports: exporterPorts,
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
    securityContext: containerSecurity,
    resources: containerResources(resources, "512Mi"),
    livenessProbe: { ...ping, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 4 },
  };
}
