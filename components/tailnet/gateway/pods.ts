// The two Deployments, each of one pod that is a machine of its own on the tailnet, as plain Kubernetes specifications.
import type { Placement } from "../../mastodon/args.ts";
import { working } from "../../mastodon/kubernetes/priority-classes.ts";
import { containerResources, containerSecurity, podDefaults } from "../../mastodon/workloads/pod.ts";
import type { Container, DeploymentSpec } from "../../mastodon/workloads/workload.ts";
import { healthPort, machineDeployment, machineHealth } from "../machine-pod.ts";
import { tags } from "../targets.ts";
import { credentialName, gatewayLabels, gatewayRole, podLabels, serveName } from "./names.ts";
import { serveFile } from "./serve.ts";
import type { GatewaySettings } from "./settings.ts";

/** The image lets any user run it; a number that no node's own user has. */
const user = 10_102;

const credentialFolder = "/credential";
export const credentialFile = "key";
const serveFolder = "/serve";

interface PodOptions {
  readonly settings: Pick<GatewaySettings, "image" | "resources">;
  readonly placement: Placement;
  /** One of the two. */
  readonly pod: string;
  /** Name on the tailnet. */
  readonly hostname: string;
}

/**
 * What Tailscale's `containerboot` reads. The machine's identity is in a Secret of the pod's own name, so it stays the same machine when the
 * pod is made anew; only without one it joins, and the credential then makes it a key of its own.
 */
function environment(pod: string, hostname: string): NonNullable<Container["env"]> {
  const fixed = {
    TS_USERSPACE: "true",
    TS_KUBE_SECRET: pod,
    TS_AUTH_ONCE: "true",
    TS_AUTHKEY: `file:${credentialFolder}/${credentialFile}`,
    TS_EXTRA_ARGS: `--advertise-tags=${tags.gateway}`,
    TS_HOSTNAME: hostname,
    TS_ACCEPT_DNS: "false",
    TS_SERVE_CONFIG: `${serveFolder}/${serveFile}`,
    TS_ENABLE_HEALTH_CHECK: "true",
    // Not on the loopback: what listens there would answer on the tailnet too, where netstack hands on ports that nothing serves.
    TS_LOCAL_ADDR_PORT: `$(POD_IP):${healthPort}`,
    TS_LOGS_DIR: "/tmp",
    HOME: "/tmp",
  };
  const address = { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } };
  return [address, ...Object.entries(fixed).map(([name, value]) => ({ name, value }))];
}

export function gatewayDeployment({ settings, placement, pod, hostname }: PodOptions): DeploymentSpec {
  return machineDeployment({
    labels: podLabels(pod),
    siblings: gatewayLabels,
    account: pod,
    pod: {
      ...podDefaults({ role: gatewayRole, user, placement, priority: working, graceSeconds: 30 }),
      containers: [
        {
          name: "tailscale",
          image: settings.image,
          imagePullPolicy: "IfNotPresent",
          env: environment(pod, hostname),
          volumeMounts: [
            { name: "credential", mountPath: credentialFolder, readOnly: true },
            { name: "serve", mountPath: serveFolder, readOnly: true },
            { name: "tmp", mountPath: "/tmp" },
          ],
          securityContext: containerSecurity,
          resources: containerResources(settings.resources, "256Mi"),
          ...machineHealth,
        },
      ],
      volumes: [
        { name: "credential", secret: { secretName: credentialName, defaultMode: 0o440 } },
        { name: "serve", configMap: { name: serveName } },
        { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      ],
    },
  });
}
