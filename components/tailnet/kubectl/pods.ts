// The two Deployments, each of one pod that is a machine of its own on the tailnet, as plain Kubernetes specifications.
import type { Placement } from "../../mastodon/args.ts";
import { working } from "../../mastodon/kubernetes/priority-classes.ts";
import { containerResources, containerSecurity, podDefaults, variablesOf } from "../../mastodon/workloads/pod.ts";
import { apartFrom, type Container, type DeploymentSpec, recreate } from "../../mastodon/workloads/workload.ts";
import { configFile } from "./config.ts";
import { kubectlLabels, kubectlPodLabels, kubectlRole } from "./names.ts";
import type { KubectlSettings } from "./settings.ts";

/** The image lets any user run it; a number that no node's own user has. */
const user = 10_103;

const configFolder = "/config";
/** The image's default for `/healthz`. */
const healthPort = 9002;

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

/** Whether the machine has an address on the tailnet. A short lack of one is no reason to cut off who is connected. */
const probes = {
  startupProbe: { tcpSocket: { port: "health" }, periodSeconds: 5, failureThreshold: 24 },
  readinessProbe: { httpGet: { path: "/healthz", port: "health" }, periodSeconds: 10, timeoutSeconds: 5 },
  livenessProbe: { tcpSocket: { port: "health" }, periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 4 },
};

interface PodOptions {
  readonly settings: Pick<KubectlSettings, "image" | "resources" | "generation">;
  readonly placement: Placement;
  /** One of the two. */
  readonly pod: string;
}

/** One pod, and never two: two with one identity would throw each other off the tailnet. */
export function kubectlDeployment({ settings, placement, pod }: PodOptions): DeploymentSpec {
  const labels = kubectlPodLabels(pod);
  return {
    replicas: 1,
    revisionHistoryLimit: 5,
    progressDeadlineSeconds: 600,
    strategy: recreate,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels, annotations: { "mastodon/generation": String(settings.generation) } },
      spec: {
        ...podDefaults({
          role: kubectlRole,
          user,
          placement,
          priority: working,
          graceSeconds: 40, // it takes back its offer of the service and lets open requests end
          sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" }, // it ends TLS, and passes on to itself at port 80 of the loopback
        }),
        serviceAccountName: pod,
        automountServiceAccountToken: true, // it asks the API server
        affinity: apartFrom(kubectlLabels),
        containers: [
          {
            name: "proxy",
            image: settings.image,
            imagePullPolicy: "IfNotPresent",
            env: environment,
            ports: [{ name: "health", containerPort: healthPort }],
            volumeMounts: [
              { name: "config", mountPath: configFolder, readOnly: true },
              { name: "tmp", mountPath: "/tmp" },
            ],
            securityContext: containerSecurity,
            resources: containerResources(settings.resources, "256Mi"),
            ...probes,
          },
        ],
        volumes: [
          { name: "config", secret: { secretName: `${pod}-config`, defaultMode: 0o440 } },
          { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
        ],
      },
    },
  };
}
