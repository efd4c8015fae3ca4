// The two Deployments, each of one pod that is a machine of its own on the tailnet, as plain Kubernetes specifications.
import type { Placement } from "../../mastodon/args.ts";
import { working } from "../../mastodon/kubernetes/priority-classes.ts";
import { containerResources, containerSecurity, podDefaults, variablesOf } from "../../mastodon/workloads/pod.ts";
import type { Container, DeploymentSpec } from "../../mastodon/workloads/workload.ts";
import { machineDeployment, machineHealth } from "../machine-pod.ts";
import { configFile } from "./config.ts";
import { kubectlLabels, kubectlPodLabels, kubectlRole } from "./names.ts";
import type { KubectlSettings } from "./settings.ts";

/** The image lets any user run it; a number that no node's own user has. */
const user = 10_103;

const configFolder = "/config";

/** Without POD_UID it takes nothing for an operator's that looks after it (cmd/k8s-proxy, v1.104). */
const environment: NonNullable<Container["env"]> = [
  { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
  { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  ...variablesOf({
    TS_K8S_PROXY_CONFIG: `${configFolder}/${configFile}`,
    // The two have accounts of their own at Let's Encrypt, and each may renew what the other was given.
    TS_DEBUG_ACME_FORCE_RENEWAL: "true",
    HOME: "/tmp",
  }),
];

interface PodOptions {
  readonly settings: Pick<KubectlSettings, "image" | "resources" | "generation">;
  readonly placement: Placement;
  /** One of the two. */
  readonly pod: string;
}

export function kubectlDeployment({ settings, placement, pod }: PodOptions): DeploymentSpec {
  return machineDeployment({
    labels: kubectlPodLabels(pod),
    siblings: kubectlLabels,
    annotations: { "mastodon/generation": String(settings.generation) },
    account: pod,
    pod: {
      ...podDefaults({
        role: kubectlRole,
        user,
        placement,
        priority: working,
        graceSeconds: 40, // it takes back its offer of the service and lets open requests end
        sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" }, // it ends TLS, and passes on to itself at port 80 of the loopback
      }),
      containers: [
        {
          name: "proxy",
          image: settings.image,
          imagePullPolicy: "IfNotPresent",
          env: environment,
          volumeMounts: [
            { name: "config", mountPath: configFolder, readOnly: true },
            { name: "tmp", mountPath: "/tmp" },
          ],
          securityContext: containerSecurity,
          resources: containerResources(settings.resources, "256Mi"),
          ...machineHealth,
        },
      ],
      volumes: [
        { name: "config", secret: { secretName: `${pod}-config`, defaultMode: 0o440 } },
        { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      ],
    },
  });
}
