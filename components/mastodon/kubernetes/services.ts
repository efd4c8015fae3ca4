// The Services: two inside the cluster, and the one that asks for a load balancer.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { LoadBalancerArgs } from "../args.ts";
import { idleSeconds } from "../edge/timeouts.ts";
import { roleLabels } from "../workloads/workload.ts";

type ServiceSpec = kubernetes.types.input.core.v1.ServiceSpec;

/** A name inside the cluster for the pods of a role. */
export function internalService(role: "web" | "streaming", port: number): ServiceSpec {
  return {
    type: "ClusterIP",
    selector: roleLabels(role),
    ports: [{ name: "http", port, targetPort: "http" }],
  };
}

/** The load balancer takes both ports, ends TLS and sends plain HTTP to the edge. */
export function loadBalancerService(): ServiceSpec {
  return {
    type: "LoadBalancer",
    selector: roleLabels("edge"),
    ports: [
      { name: "http", port: 80, targetPort: "http" },
      { name: "https", port: 443, targetPort: "http" },
    ],
  };
}

/** Written by the cloud controller manager: which load balancer the Service got. */
export const loadBalancerIdAnnotation = "kubernetes.digitalocean.com/load-balancer-id";

const prefix = "service.beta.kubernetes.io/do-loadbalancer-";

/**
 * What the cloud controller manager makes of the Service. All values are texts, numbers and switches too
 * (digitalocean-cloud-controller-manager docs/controllers/services/annotations.md, Aug 2026).
 */
export function loadBalancerAnnotations(
  { name, ipv6, certificateName }: LoadBalancerArgs,
  nodes: number,
): Record<string, pulumi.Input<string>> {
  const settings = {
    name,
    // Without it Kubernetes 1.33 and newer get a pass-through balancer, which ends no TLS.
    type: "REGIONAL",
    // The API's own default is IPv4, the controller's follows the nodes; neither can be changed later, so it is said aloud.
    "network-stack": ipv6 ? "DUALSTACK" : "IPV4",
    "size-unit": String(nodes),
    protocol: "http",
    "tls-ports": "443",
    "certificate-name": certificateName,
    "redirect-http-to-https": "true",
    // The stack owns the zone; the controller would write records of its own into it.
    "disable-lets-encrypt-dns-records": "true",
    "http-idle-timeout-seconds": String(idleSeconds),
  };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${prefix}${key}`, value]));
}
