// The Services: two inside the cluster, and the one that asks for a load balancer.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { LoadBalancerArgs } from "../args.ts";
import { idleSeconds } from "../edge/timeouts.ts";
import { solverLabels, solverPort } from "../edge/tls.ts";
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

/** The load balancer takes both ports. It ends TLS and sends plain HTTP to the edge, or passes both on. */
export function loadBalancerService(endsTls: boolean): ServiceSpec {
  return {
    type: "LoadBalancer",
    selector: roleLabels("edge"),
    ports: [
      { name: "http", port: 80, targetPort: "http" },
      { name: "https", port: 443, targetPort: endsTls ? "https" : "http" },
    ],
  };
}

/**
 * The edge's way in for cert-manager, which looks at its own answer before the authority does. By the public name it would meet the edge without
 * the load balancer's PROXY header, because the cluster takes the short way to its own addresses (facts/peers D3.4).
 */
export function insideService(address: string): ServiceSpec {
  return {
    type: "ClusterIP",
    clusterIP: address,
    selector: roleLabels("edge"),
    ports: [{ name: "http", port: 80, targetPort: "inside" }],
  };
}

/** All pods that answer an authority's questions at the moment, by their own addresses. */
export const solversService: ServiceSpec = {
  type: "ClusterIP",
  clusterIP: "None",
  publishNotReadyAddresses: true,
  selector: solverLabels,
  ports: [{ name: "http", port: solverPort, targetPort: solverPort }],
};

/** Written by the cloud controller manager: which load balancer the Service got. */
export const loadBalancerIdAnnotation = "kubernetes.digitalocean.com/load-balancer-id";

const prefix = "service.beta.kubernetes.io/do-loadbalancer-";

/** Bytes are passed on as they come, after a line that tells the client's address. */
const passing = { protocol: "tcp", "enable-proxy-protocol": "true" };

/** TLS ends at the load balancer, which turns plain HTTP away. */
const ending = (certificateName: pulumi.Input<string>) => ({
  protocol: "http",
  "tls-ports": "443",
  "certificate-name": certificateName,
  "redirect-http-to-https": "true",
  "http-idle-timeout-seconds": String(idleSeconds),
});

/**
 * What the cloud controller manager makes of the Service. All values are texts, numbers and switches too
 * (digitalocean-cloud-controller-manager docs/controllers/services/annotations.md, Aug 2026).
 */
export function loadBalancerAnnotations(
  { name, ipv6, tls }: LoadBalancerArgs,
  nodes: number,
): Record<string, pulumi.Input<string>> {
  const settings = {
    name,
    // Without it Kubernetes 1.33 and newer get a pass-through balancer, which ends no TLS.
    type: "REGIONAL",
    // The API's own default is IPv4, the controller's follows the nodes; neither can be changed later, so it is said aloud.
    "network-stack": ipv6 ? "DUALSTACK" : "IPV4",
    "size-unit": String(nodes),
    // The stack owns the zone; the controller would write records of its own into it.
    "disable-lets-encrypt-dns-records": "true",
    ...(tls.at === "edge" ? passing : ending(tls.certificateName)),
  };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${prefix}${key}`, value]));
}
