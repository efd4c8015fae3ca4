// The edge workload: nginx between the load balancer and Mastodon's processes.
import type { Placement } from "../args.ts";
import { edgeFolder, edgeHealthPath, edgePort } from "../edge/nginx.ts";
import { finishSeconds } from "../edge/timeouts.ts";
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

export function edgeWorkload(settings: MastodonSettings, placement: Placement): Workload {
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
      containers: [nginxContainer(settings)],
      volumes: [
        { name: "configuration", configMap: { name: edgeConfigName } },
        { name: "tmp", emptyDir: { sizeLimit: scratch } },
      ],
    },
  };
}

function nginxContainer({ images, edge }: MastodonSettings): Container {
  const probe = { httpGet: { path: edgeHealthPath, port: "http" }, timeoutSeconds: 3 };
  return {
    name: "nginx",
    image: images.edge,
    imagePullPolicy: "IfNotPresent",
    // Not the image's entry point: it edits files, and the root is read-only.
    command: ["nginx", "-c", `${edgeFolder}/${edgeConfigFile}`, "-g", "daemon off;"],
    ports: [{ name: "http", containerPort: edgePort }],
    volumeMounts: [
      { name: "configuration", mountPath: edgeFolder, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
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
