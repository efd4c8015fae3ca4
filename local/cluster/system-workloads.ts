// What DOKS itself runs in a cluster: its DaemonSets, cluster DNS, storage classes. KWOK plays the pods; the requests are real.
import type { Amounts } from "../../components/kubernetes/node-resources.ts";
import { systemDaemons, systemDeployments } from "../../components/kubernetes/system-workloads.ts";
import type { Manifest } from "./api.ts";
import { add, type Amounts as Quantities, parseAmounts } from "./quantities.ts";
import { serviceAddress } from "./subnets.ts";

interface Workload {
  readonly name: string;
  readonly cpu: string;
  readonly memory: string;
}

const requestsOf = ({ name, millicores, memoryMib }: Amounts & { readonly name: string }): Workload => ({
  name,
  cpu: `${millicores}m`,
  memory: `${memoryMib}Mi`,
});
const daemonSets = systemDaemons.map(requestsOf);
const deployments = systemDeployments.map((one) => ({ ...requestsOf(one), replicas: one.replicas }));

/** What the DaemonSets above take from every node. */
export const daemonRequests: Quantities = daemonSets
  .map(({ cpu, memory }) => parseAmounts({ cpu, memory, pods: "1" }))
  .reduce(add, {});

/** All objects that a new cluster has before anybody adds any. */
export function systemObjects(serviceSubnet: string): Manifest[] {
  return [
    ...daemonSets.map(daemonSet),
    ...deployments.map(deployment),
    dnsService(serviceSubnet),
    ...storageClasses(),
    administrator,
    administratorBinding,
  ];
}

/** The ServiceAccount whose tokens DigitalOcean's kubeconfig stands for. */
export const administrator: Manifest = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "do-admin", namespace: "kube-system" },
};

const administratorBinding: Manifest = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "do-admin" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ kind: "ServiceAccount", name: "do-admin", namespace: "kube-system" }],
};

function daemonSet(workload: Workload): Manifest {
  // Node agents run everywhere, whatever taints a pool has.
  const pod = { ...podSpec(workload), hostNetwork: true, tolerations: [{ operator: "Exists" }] };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: workload.name, namespace: "kube-system", labels: labelsOf(workload) },
    spec: {
      selector: { matchLabels: labelsOf(workload) },
      template: {
        metadata: { labels: labelsOf(workload) },
        spec: { ...pod, priorityClassName: "system-node-critical" },
      },
    },
  };
}

function deployment({ replicas, ...workload }: Workload & { replicas: number }): Manifest {
  const pod = { ...podSpec(workload), tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }] };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: workload.name, namespace: "kube-system", labels: labelsOf(workload) },
    spec: {
      replicas,
      selector: { matchLabels: labelsOf(workload) },
      template: {
        metadata: { labels: labelsOf(workload) },
        spec: { ...pod, priorityClassName: "system-cluster-critical" },
      },
    },
  };
}

function podSpec({ name, cpu, memory }: Workload) {
  return { containers: [{ name, image: `simulated/${name}`, resources: { requests: { cpu, memory } } }] };
}

function labelsOf({ name }: Workload): Record<string, string> {
  return { "k8s-app": name === "coredns" ? "kube-dns" : name, "doks.digitalocean.com/managed": "true" };
}

function dnsService(serviceSubnet: string): Manifest {
  const ports = [
    { name: "dns", port: 53, targetPort: 53, protocol: "UDP" },
    { name: "dns-tcp", port: 53, targetPort: 53, protocol: "TCP" },
  ];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kube-dns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
    spec: {
      clusterIP: serviceAddress(serviceSubnet, 10),
      selector: { "k8s-app": "kube-dns" },
      ports,
    },
  };
}

function storageClasses(): Manifest[] {
  const variants = ["", "-retain", "-xfs", "-xfs-retain"];
  return variants.map((variant) => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: {
      name: `do-block-storage${variant}`,
      annotations: variant === "" ? { "storageclass.kubernetes.io/is-default-class": "true" } : {},
    },
    provisioner: "dobs.csi.digitalocean.com",
    parameters: { "csi.storage.k8s.io/fstype": variant.includes("xfs") ? "xfs" : "ext4" },
    reclaimPolicy: variant.includes("retain") ? "Retain" : "Delete",
    allowVolumeExpansion: true,
    volumeBindingMode: "Immediate",
  }));
}
