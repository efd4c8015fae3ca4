// The command line of each part of the control plane, as functions of the cluster's folder and ports.
import { join } from "node:path";
import { stringify } from "yaml";
import type { ClusterPaths } from "./paths.ts";
import type { ClusterRecord } from "./record.ts";
import { prefixLength } from "./subnets.ts";

/** Started in this order, ended in the reverse one. */
export const components = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
export type Component = (typeof components)[number];

type Flags = Readonly<Record<string, string | number | boolean>>;

/** Program and arguments of a component. */
export function commandOf(
  component: Component,
  paths: ClusterPaths,
  record: ClusterRecord,
): { program: string; args: string[] } {
  const flags = toArguments(flagsOf[component](paths, record));
  return component === "kwok"
    ? { program: record.binaries.kwok, args: flags }
    : { program: record.binaries.controlPlane, args: [component, ...flags] };
}

/** Where the API server answers. */
export function endpointOf(record: ClusterRecord): string {
  return `https://127.0.0.1:${record.ports.apiServer}`;
}

export function kubeconfigOf(component: string, paths: ClusterPaths): string {
  return join(paths.kubeconfigs, `${component}.yaml`);
}

const flagsOf: Record<Component, (paths: ClusterPaths, record: ClusterRecord) => Flags> = {
  etcd: etcdFlags,
  "kube-apiserver": apiServerFlags,
  "kube-controller-manager": controllerManagerFlags,
  "kube-scheduler": schedulerFlags,
  kwok: kwokFlags,
};

function etcdFlags(paths: ClusterPaths, { ports }: ClusterRecord): Flags {
  const client = `https://127.0.0.1:${ports.etcdClient}`;
  const peer = `https://127.0.0.1:${ports.etcdPeer}`;
  const pki = (file: string) => join(paths.pki, file);
  return {
    name: "local",
    "data-dir": paths.etcd,
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `local=${peer}`,
    // Loopback is open to every user of the machine: only holders of the cluster's certificates get in.
    "cert-file": pki("etcd.crt"),
    "key-file": pki("etcd.key"),
    "trusted-ca-file": pki("ca.crt"),
    "client-cert-auth": true,
    "peer-cert-file": pki("etcd.crt"),
    "peer-key-file": pki("etcd.key"),
    "peer-trusted-ca-file": pki("ca.crt"),
    "peer-client-cert-auth": true,
    // A killed process loses nothing by this, a power cut may; on a busy laptop disk it saves seconds at each start.
    "unsafe-no-fsync": true,
    "snapshot-count": 10_000,
    "auto-compaction-retention": "1h",
    "log-level": "warn",
  };
}

function apiServerFlags(paths: ClusterPaths, { ports, serviceSubnet }: ClusterRecord): Flags {
  const pki = (file: string) => join(paths.pki, file);
  return {
    "bind-address": "127.0.0.1",
    "secure-port": ports.apiServer,
    // Without it the server looks for an outward interface, and fails on a machine without network.
    "advertise-address": "127.0.0.1",
    // No Endpoints for the `kubernetes` Service: no pod here could use them, and loopback is not allowed in them.
    "endpoint-reconciler-type": "none",
    "etcd-servers": `https://127.0.0.1:${ports.etcdClient}`,
    "etcd-cafile": pki("ca.crt"),
    "etcd-certfile": pki("apiserver-etcd.crt"),
    "etcd-keyfile": pki("apiserver-etcd.key"),
    "tls-cert-file": pki("apiserver.crt"),
    "tls-private-key-file": pki("apiserver.key"),
    "client-ca-file": pki("ca.crt"),
    "anonymous-auth": false,
    "authorization-mode": "Node,RBAC",
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": pki("service-account.pub"),
    "service-account-signing-key-file": pki("service-account.key"),
    "service-cluster-ip-range": serviceSubnet,
    // The aggregation layer: metrics adapters such as KEDA's are API servers behind this one.
    "requestheader-client-ca-file": pki("front-proxy-ca.crt"),
    "requestheader-allowed-names": "front-proxy-client",
    "requestheader-username-headers": "X-Remote-User",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    "proxy-client-cert-file": pki("front-proxy-client.crt"),
    "proxy-client-key-file": pki("front-proxy-client.key"),
    "egress-selector-config-file": paths.egressConfig,
    "allow-privileged": true, // DOKS allows it; Pod Security labels are what restricts namespaces
    profiling: false,
  };
}

function controllerManagerFlags(paths: ClusterPaths, { serviceSubnet, clusterSubnet }: ClusterRecord): Flags {
  const kubeconfig = kubeconfigOf("kube-controller-manager", paths);
  return {
    kubeconfig,
    "authentication-kubeconfig": kubeconfig,
    "authorization-kubeconfig": kubeconfig,
    "leader-elect": false,
    "secure-port": 0,
    "use-service-account-credentials": true,
    "service-account-private-key-file": join(paths.pki, "service-account.key"),
    "root-ca-file": join(paths.pki, "ca.crt"),
    "cluster-signing-cert-file": join(paths.pki, "ca.crt"),
    "cluster-signing-key-file": join(paths.pki, "ca.key"),
    "allocate-node-cidrs": true,
    "cluster-cidr": clusterSubnet,
    "service-cluster-ip-range": serviceSubnet,
    // DOKS gives each node a /25, room for its 110 pods.
    "node-cidr-mask-size": Math.max(25, prefixLength(clusterSubnet)),
    // The default of 15 s makes a local scaling test slow.
    "horizontal-pod-autoscaler-sync-period": "5s",
    "kube-api-qps": 100,
    "kube-api-burst": 200,
    profiling: false,
  };
}

function schedulerFlags(paths: ClusterPaths): Flags {
  const kubeconfig = kubeconfigOf("kube-scheduler", paths);
  return {
    config: paths.schedulerConfig,
    "authentication-kubeconfig": kubeconfig,
    "authorization-kubeconfig": kubeconfig,
    "secure-port": 0,
  };
}

/** The scheduler's settings that have no flag. */
export function schedulerConfiguration(paths: ClusterPaths): string {
  return stringify({
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    clientConnection: { kubeconfig: kubeconfigOf("kube-scheduler", paths), qps: 100, burst: 200 },
    leaderElection: { leaderElect: false },
    enableProfiling: false,
    // A refused pod is looked at again after this; the default of 10 s makes every growth of a pool wait.
    podMaxBackoffSeconds: 2,
  });
}

function kwokFlags(paths: ClusterPaths, { clusterSubnet }: ClusterRecord): Flags {
  return {
    kubeconfig: kubeconfigOf("kwok", paths),
    config: paths.kwokConfig,
    "manage-all-nodes": true,
    cidr: clusterSubnet,
    v: "WARN", // it would write a line for every lease of every node
    // Without leases the nodes turn NotReady after 40 s.
    "node-lease-duration-seconds": 40,
  };
}

function toArguments(flags: Flags): string[] {
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}
