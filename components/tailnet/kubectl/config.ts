// What one of the two machines is told, in the form that Tailscale's k8s-proxy reads (tailscale/tailscale, kube/k8s-proxy/conf, v1.104).

export const configFile = "config.json";

export interface ProxyConfig {
  /** The pod, and the Secret of that name in which it keeps who it is. */
  readonly pod: string;
  readonly hostname: string;
  /** Secret: lets the machine join once. Ignored as soon as it has an identity. */
  readonly key: string;
  /** The address that all replicas serve, `svc:<name>`. */
  readonly service: string;
}

/**
 * In mode `auth` each request is made in the caller's name, with the groups that the policy's capability names. Both machines may ask for the
 * certificate and share it in one Secret, which such a machine reads again at every connection; one that only reads would keep its first one until it has
 * ended, unless it may list all Secrets (ipn/store/kubestore/store_kube.go).
 */
export function proxyConfig({ pod, hostname, key, service }: ProxyConfig): string {
  const config = {
    version: "v1alpha1",
    hostname,
    authKey: key,
    state: `kube:${pod}`,
    logLevel: "info",
    healthCheckEnabled: true,
    acceptRoutes: false,
    advertiseServices: [service],
    apiServerProxy: { enabled: true, mode: "auth", serviceName: service, issueCerts: true },
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
