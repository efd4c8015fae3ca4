// The web workload: Puma.
import type { Placement } from "../args.ts";
import { finishSeconds } from "../edge/timeouts.ts";
import { serving } from "../kubernetes/priority-classes.ts";
import type { MastodonSettings, Resources } from "../settings.ts";
import { exporterSidecar } from "./exporter.ts";
import { containerResources, containerSecurity, mastodonUser, podDefaults } from "./pod.ts";
import { railsImageOf } from "../images.ts";
import { copyBootCache, environmentFrom, railsMounts, railsVolumes } from "./rails-pod.ts";
import { surge, type Workload } from "./workload.ts";

export const webPort = 3000;

/** Largest upload times the threads of a pod, with room. */
const scratch = "4Gi";

/** Seconds in which load balancing forgets the pod before Puma stops accepting (puma docs/kubernetes.md: 5 to 15). */
const drainSeconds = 10;

/** After that the requests that it had have ended. */
export const webGraceSeconds = drainSeconds + finishSeconds;

/**
 * Puma serves pages and the API.
 * @param exporter what the collector of metrics beside it asks for; without it there is none
 */
export function webWorkload(settings: MastodonSettings, placement: Placement, exporter?: Resources): Workload {
  const image = railsImageOf(settings);
  return {
    name: "web",
    role: "web",
    replicas: settings.web.replicas,
    strategy: surge,
    pod: {
      // Puma waits for open requests without end, but the edge gives up on them, and then nobody misses the answer.
      ...podDefaults({
        role: "web",
        user: mastodonUser,
        placement,
        priority: serving,
        graceSeconds: webGraceSeconds,
      }),
      initContainers: [copyBootCache(image), ...(exporter ? [exporterSidecar(image, exporter)] : [])],
      containers: [
        {
          name: "web",
          image,
          imagePullPolicy: "IfNotPresent",
          // `args`, not `command`: the image's entry point is tini, which passes signals on.
          args: ["bundle", "exec", "puma", "-C", "config/puma.rb"],
          envFrom: environmentFrom("web"),
          ports: [{ name: "http", containerPort: webPort }],
          volumeMounts: railsMounts,
          securityContext: containerSecurity,
          resources: containerResources(settings.web.resources, scratch),
          lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
          // `/health` alone is free of the host check and the redirect to https.
          startupProbe: { httpGet: { path: "/health", port: "http" }, periodSeconds: 5, failureThreshold: 60 },
          readinessProbe: { httpGet: { path: "/health", port: "http" }, periodSeconds: 10, timeoutSeconds: 5 },
          // Not `/health`: it asks the database for blocked addresses, and a database outage must not restart all of web.
          livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 15, failureThreshold: 4 },
        },
      ],
      volumes: railsVolumes(scratch),
    },
  };
}
