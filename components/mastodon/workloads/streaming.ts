// The streaming workload: one Node process that holds a websocket for every open browser.
import type { Placement } from "../args.ts";
import { serving } from "../kubernetes/priority-classes.ts";
import type { MastodonSettings } from "../settings.ts";
import { containerResources, containerSecurity, mastodonUser, podDefaults } from "./pod.ts";
import { streamingImageOf } from "../images.ts";
import { databaseCaMount, databaseCaVolume, environmentFrom } from "./rails-pod.ts";
import { surge, type Workload } from "./workload.ts";

export const streamingPort = 4000;

const healthPath = "/api/v1/streaming/health";

/** Seconds in which load balancing forgets the pod; then the process drops its sockets at once, and clients reconnect. */
const drainSeconds = 10;

export function streamingWorkload(settings: MastodonSettings, placement: Placement): Workload {
  const probe = { httpGet: { path: healthPath, port: "http" }, timeoutSeconds: 5 };
  return {
    name: "streaming",
    role: "streaming",
    replicas: settings.streaming.replicas,
    strategy: surge,
    pod: {
      ...podDefaults({ role: "streaming", user: mastodonUser, placement, priority: serving, graceSeconds: 30 }),
      containers: [
        {
          name: "streaming",
          image: streamingImageOf(settings),
          imagePullPolicy: "IfNotPresent",
          envFrom: environmentFrom("streaming"),
          ports: [{ name: "http", containerPort: streamingPort }],
          volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, databaseCaMount],
          securityContext: containerSecurity,
          resources: containerResources(settings.streaming.resources, "512Mi"),
          lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
          startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 15 },
          readinessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3 },
          livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 6 },
        },
      ],
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: "256Mi" } }, databaseCaVolume],
    },
  };
}
