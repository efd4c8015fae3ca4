// The Pushgateway: keeps what backups and drills said of their last success, for Prometheus to ask.
import { alsoTo, flowsOf, type NetworkPolicy, pods, podsIn, tcp } from "../mastodon/kubernetes/network-policies.ts";
import type { Placement } from "../mastodon/args.ts";
import { working } from "../mastodon/kubernetes/priority-classes.ts";
import { containerResources, containerSecurity, podDefaults } from "../mastodon/workloads/pod.ts";
import { type DeploymentSpec, roleLabels, singlePodSpec } from "../mastodon/workloads/workload.ts";
import { gatewayLabels, gatewayNamespace } from "../tailnet/gateway/names.ts";
import { metricsLabels, prometheusName } from "./pods.ts";
import { pushgatewayName, pushgatewayPort, pushingNamespaces } from "./pushgateway-address.ts";
import type { MetricsSettings } from "./settings.ts";

/** `nobody`, whom the image runs as since 0.8. */
const user = 65534;

const folder = "/pushgateway";

interface PodOptions {
  readonly settings: MetricsSettings;
  readonly placement: Placement;
}

/**
 * One pod, because pushes to two would be halves. Without a volume: what was pushed is kept beside the container over a restart, and what is lost
 * with the pod is remembered by Prometheus, whose rules carry the newest timestamps on (rules/backups.ts).
 */
export function pushgatewayDeployment({ settings, placement }: PodOptions): DeploymentSpec {
  const probe = { periodSeconds: 10, timeoutSeconds: 5 };
  const pod = {
    ...podDefaults({ role: pushgatewayName, user, placement, priority: working, graceSeconds: 30 }),
    containers: [
      {
        name: pushgatewayName,
        image: settings.images.pushgateway,
        imagePullPolicy: "IfNotPresent",
        args: [`--persistence.file=${folder}/metrics`],
        ports: [{ name: "http", containerPort: pushgatewayPort }],
        volumeMounts: [{ name: "data", mountPath: folder }],
        securityContext: containerSecurity,
        resources: containerResources(settings.resources.pushgateway, "256Mi"),
        startupProbe: { httpGet: { path: "/-/ready", port: "http" }, ...probe, failureThreshold: 12 },
        readinessProbe: { httpGet: { path: "/-/ready", port: "http" }, ...probe },
        livenessProbe: { httpGet: { path: "/-/healthy", port: "http" }, ...probe, failureThreshold: 6 },
      },
    ],
    volumes: [{ name: "data", emptyDir: { sizeLimit: "32Mi" } }],
  };
  return { ...singlePodSpec(metricsLabels(pushgatewayName), pod, {}), progressDeadlineSeconds: 600 };
}

/**
 * Policies by name: jobs push, Prometheus asks, and it calls nobody itself.
 * @param fromTailnet whether the tailnet's gateway passes on what a host outside pushes
 */
export function pushgatewayPolicies(fromTailnet: boolean): Record<string, NetworkPolicy> {
  const namespaces = pushingNamespaces.map((namespace) => podsIn(namespace));
  const pushers = [...namespaces, ...(fromTailnet ? [podsIn(gatewayNamespace, gatewayLabels)] : [])];
  const prometheus = pods(roleLabels(prometheusName));
  return {
    [pushgatewayName]: flowsOf(roleLabels(pushgatewayName), {
      ingress: [{ from: [...pushers, prometheus], ports: tcp(pushgatewayPort) }],
      egress: [],
    }),
    [`${prometheusName}-to-${pushgatewayName}`]: alsoTo(roleLabels(prometheusName), {
      to: [pods(roleLabels(pushgatewayName))],
      ports: tcp(pushgatewayPort),
    }),
  };
}
