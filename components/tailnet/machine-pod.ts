// A pod that is a machine of its own on the tailnet: what the gateway's and the Kubernetes API's have in common, as plain Kubernetes specifications.
import {
  apartFrom,
  type Container,
  type DeploymentSpec,
  type PodSpec,
  recreate,
} from "../mastodon/workloads/workload.ts";

/** Where Tailscale's containers tell how they are (their own default). */
export const healthPort = 9002;

/** `/healthz` says whether the machine has an address on the tailnet. A short lack of one is no reason to end the connections that there are. */
export const machineHealth: Pick<Container, "ports" | "startupProbe" | "readinessProbe" | "livenessProbe"> = {
  ports: [{ name: "health", containerPort: healthPort }],
  startupProbe: { tcpSocket: { port: "health" }, periodSeconds: 5, failureThreshold: 24 },
  readinessProbe: { httpGet: { path: "/healthz", port: "health" }, periodSeconds: 10, timeoutSeconds: 5 },
  livenessProbe: { tcpSocket: { port: "health" }, periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 4 },
};

interface MachineOptions {
  /** Select the pod. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of all machines that do the same, which stand on other nodes. */
  readonly siblings: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Name of its account, whose token it needs to keep its identity in a Secret. */
  readonly account: string;
  readonly pod: PodSpec;
}

/** One pod, and never two: two with one identity would throw each other off the tailnet. */
export function machineDeployment({ labels, siblings, annotations, account, pod }: MachineOptions): DeploymentSpec {
  return {
    replicas: 1,
    revisionHistoryLimit: 5,
    progressDeadlineSeconds: 600,
    strategy: recreate,
    selector: { matchLabels: { ...labels } },
    template: {
      metadata: { labels: { ...labels }, ...(annotations && { annotations: { ...annotations } }) },
      spec: { ...pod, serviceAccountName: account, automountServiceAccountToken: true, affinity: apartFrom(siblings) },
    },
  };
}
