// The watchdog as plain Kubernetes specifications: it looks at web and streaming from inside, and reports to an outside service.
import type * as kubernetes from "@pulumi/kubernetes";
import type { Placement } from "../mastodon/args.ts";
import {
  alsoFrom,
  flowsOf,
  internet,
  names,
  type NetworkPolicy,
  pods,
  tcp,
} from "../mastodon/kubernetes/network-policies.ts";
import { working } from "../mastodon/kubernetes/priority-classes.ts";
import { containerResources, containerSecurity, edgeUser, podDefaults } from "../mastodon/workloads/pod.ts";
import { streamingPort } from "../mastodon/workloads/streaming.ts";
import { webPort } from "../mastodon/workloads/web.ts";
import { type LastingRole, roleLabels, workloadLabels } from "../mastodon/workloads/workload.ts";

/** Name of the CronJob and of everything that belongs to it. */
export const watchdogName = "watchdog";

/** Key of the Secret with the address that is called. */
export const heartbeatKey = "url";

export interface WatchdogPlan {
  /** An image with a shell and curl, such as nginx' on Alpine, which the nodes have for the edge anyway. */
  readonly image: string;
  /** Minutes between two looks. */
  readonly minutes: number;
  readonly placement: Placement;
}

const curl = "curl --fail --silent --show-error --max-time 10 --output /dev/null";

/** Whatever fails ends the script, so that the call stays away and the outside service rings. */
const script = [
  "set -e",
  `${curl} http://web:${webPort}/health`,
  `${curl} http://streaming:${streamingPort}/api/v1/streaming/health`,
  `${curl} --retry 3 "$HEARTBEAT_URL"`,
].join("\n");

/** What the container runs. */
export const watchdogCommand = ["sh", "-c", script];

/** One look must end before the next begins, and a look that could not start is not made up for. */
export function watchdogSpec({ image, minutes, placement }: WatchdogPlan): kubernetes.types.input.batch.v1.CronJobSpec {
  return {
    schedule: `*/${minutes} * * * *`,
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 30,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: 55,
        template: { metadata: { labels: watchdogLabels }, spec: watchdogPod(image, placement) },
      },
    },
  };
}

const watchdogLabels = workloadLabels({ name: watchdogName, role: watchdogName });

/** What the pod asks for. */
export const watchdogResources = { cpu: "10m", memory: "16Mi", memoryLimit: "64Mi" };

function watchdogPod(image: string, placement: Placement): kubernetes.types.input.core.v1.PodSpec {
  return {
    ...podDefaults({ role: watchdogName, user: edgeUser, placement, priority: working, graceSeconds: 5 }),
    restartPolicy: "Never",
    containers: [
      {
        name: watchdogName,
        image,
        imagePullPolicy: "IfNotPresent",
        command: watchdogCommand,
        env: [{ name: "HEARTBEAT_URL", valueFrom: { secretKeyRef: { name: watchdogName, key: heartbeatKey } } }],
        securityContext: containerSecurity,
        resources: containerResources(watchdogResources, "256Mi"),
      },
    ],
  };
}

const to = (role: LastingRole, port: number) => ({ to: [pods(roleLabels(role))], ports: tcp(port) });

/** It reaches the two services and the internet's port 443, and the two let it in. Policies add up, so the server's own stay as they are. */
export function watchdogPolicies(): Record<string, NetworkPolicy> {
  const self = roleLabels(watchdogName);
  return {
    [watchdogName]: flowsOf(self, {
      ingress: [],
      egress: [names, to("web", webPort), to("streaming", streamingPort), internet(443)],
    }),
    [`${watchdogName}-to-web`]: alsoFrom(roleLabels("web"), pods(self), webPort),
    [`${watchdogName}-to-streaming`]: alsoFrom(roleLabels("streaming"), pods(self), streamingPort),
  };
}
