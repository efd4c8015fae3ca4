// The findings that are left as they are, each group with its reason. docs/waivers.md is made from this.
import type { Finding, Tool } from "./finding.ts";

export interface Waiver {
  /** Few words. */
  readonly title: string;
  /** Why the finding stands, for people who operate the server. */
  readonly reason: string;
  /** The checks that are waived, as the tool calls them. */
  readonly checks: Partial<Readonly<Record<Tool, readonly string[]>>>;
  /** Objects by kind and name; `*` stands for any text. */
  readonly objects: readonly string[];
}

export const waivers: readonly Waiver[] = [
  {
    title: "No CPU limits",
    reason:
      "A CPU limit throttles a pod while its node idles, and throttled web and Sidekiq pods are what people feel first. Requests come from the capacity plan and share a busy node fairly; memory and ephemeral storage are limited.",
    checks: {
      "kube-score": ["container-resources: CPU limit is not set"],
      trivy: ["KSV-0011"],
      checkov: ["CKV_K8S_11"],
      monokle: ["KBP003"],
    },
    objects: ["Deployment/*", "Job/*", "CronJob/*"],
  },
  {
    title: "User 991",
    reason:
      "Mastodon's images make the user 991 and give it their files; another number would be an untested image. It is not root, has no capability and a read-only root. What cert-manager's images run as is theirs to say.",
    checks: {
      "kube-score": [
        "container-security-context-user-group-id: The container is running with a low user ID",
        "container-security-context-user-group-id: The container running with a low group ID",
      ],
      trivy: ["KSV-0020", "KSV-0021"],
      checkov: ["CKV_K8S_40"],
      monokle: ["KBP104", "KBP105"],
    },
    objects: [
      "Deployment/web",
      "Deployment/streaming",
      "Deployment/sidekiq-*",
      "Deployment/cdn-purge",
      "Deployment/cert-manager*",
      "Job/*",
      "CronJob/*",
    ],
  },
  {
    title: "Configured by environment variables",
    reason:
      "Mastodon reads nothing else. Secret variables come out of Secrets, each process given only what it reads; the others out of ConfigMaps, where Trivy takes a port for a passport number, and the sender's address, a key that is public and the sources of small programs for secrets. The gateway's name files and Secrets, and hold none.",
    checks: { checkov: ["CKV_K8S_35"], monokle: ["KBP111", "KBP112"], trivy: ["KSV-01010"] },
    objects: [
      "Deployment/web",
      "Deployment/streaming",
      "Deployment/sidekiq-*",
      "Deployment/cdn-purge",
      "Deployment/keda-*",
      "Deployment/gateway-*",
      "Job/*",
      "CronJob/*",
      "ConfigMap/*-environment",
      "ConfigMap/assets-copy-script",
      "ConfigMap/backup-dump",
      "ConfigMap/backup-offsite",
      "ConfigMap/cdn-purge",
      "ConfigMap/database-grant",
      "ConfigMap/day-two-scripts",
      "ConfigMap/drill-*",
      "ConfigMap/staging-copy-*",
      "ConfigMap/upgrade-dump",
    ],
  },
  {
    title: "Images by tag, pulled where they are missing",
    reason:
      "One setting, the version, has to be enough for an upgrade, and the digest of a version is known to its registry alone. `mastodon.images.digests` pins what an operator has checked. Pulling always would let an outage of the registry stop pods from restarting.",
    checks: {
      "kube-score": ["container-image-pull-policy: ImagePullPolicy is not set to Always"],
      checkov: ["CKV_K8S_15", "CKV_K8S_43"],
    },
    objects: ["Deployment/*", "Job/*", "CronJob/*"],
  },
  {
    title: "Few signs of life",
    reason:
      "Sidekiq has none but its metrics' port, so without metrics it has no liveness probe: asking Valkey would restart every worker in an outage of Valkey, and a group that is stuck shows as queue latency. The others have one sign, asked with two patiences: soon out of service, late restarted.",
    checks: {
      "kube-score": ["pod-probes-identical: Container has the same readiness and liveness probe"],
      checkov: ["CKV_K8S_8"],
    },
    objects: ["Deployment/sidekiq-*", "Deployment/streaming", "Deployment/edge", "Deployment/cdn-purge"],
  },
  {
    title: "One way in",
    reason: "The edge is the server's only public Service; everything else is reached through it.",
    checks: { monokle: ["KBP114"] },
    objects: ["Service/edge"],
  },
  {
    title: "Alone, or as many as the autoscaler says",
    reason:
      "Prometheus keeps its volume, Alertmanager and the purge service what they have not delivered yet, the Pushgateway what was pushed to it: a second one would do their work twice, or know half of it. They end before they start anew. Where KEDA decides on replicas, the manifest names none.",
    checks: {
      "kube-score": ["deployment-replicas: Deployment few replicas", "deployment-strategy: Deployment update strategy"],
    },
    objects: [
      "Deployment/prometheus",
      "Deployment/alertmanager",
      "Deployment/pushgateway",
      "Deployment/cdn-purge",
      "Deployment/cert-manager*",
      "Deployment/keda-*",
      "Deployment/web",
      "Deployment/streaming",
    ],
  },
  {
    title: "Controllers that speak to the API server",
    reason:
      "cert-manager, KEDA, Prometheus, the snapshot of the cluster and the tailnet's machines in the cluster need the token of their account, the first two rights over what they manage, and each of those machines the Secret that holds its own identity. cert-manager is its makers' release, kept as data so that a newer one can be compared; the Service and the policy of its proofs have pods only while a certificate is asked for.",
    checks: {
      "kube-score": [
        "container-ephemeral-storage-request-and-limit: Ephemeral Storage limit is not set",
        "container-ephemeral-storage-request-and-limit: Ephemeral Storage request is not set",
        "networkpolicy-targets-pod: The NetworkPolicys selector doesn't match any pods",
        "pod-probes: Container is missing a readinessProbe",
        "service-targets-pod: The services selector does not match any pods",
      ],
      trivy: ["KSV-0007", "KSV-0041", "KSV-0046", "KSV-0048", "KSV-0056", "KSV-0113", "KSV-0114"],
      checkov: ["CKV2_K8S_5", "CKV_K8S_155", "CKV_K8S_38", "CKV_K8S_49", "CKV_K8S_8", "CKV_K8S_9"],
      monokle: ["KBP106", "KBP107", "PSS203"],
    },
    objects: [
      "Deployment/cert-manager*",
      "Deployment/keda-*",
      "Deployment/prometheus",
      "Deployment/gateway-*",
      "Deployment/kubernetes-*",
      "CronJob/backup-cluster",
      "Role/cert-manager*",
      "Role/gateway-*",
      "Role/kubernetes-*",
      "Role/keda-*",
      "ClusterRole/cert-manager*",
      "ClusterRole/keda-*",
      "ClusterRoleBinding/keda-*",
      "NetworkPolicy/certificate-proofs",
      "Service/certificate-proofs",
    ],
  },
  {
    title: "Backups' own image",
    reason:
      "Nobody publishes it: operators build it from images/backup and name their own registry in `backups.image`. Trivy trusts a fixed list of public ones.",
    checks: { trivy: ["KSV-0125"] },
    objects: ["CronJob/backup-*", "CronJob/drill-*"],
  },
  {
    title: "What operators do at night",
    reason:
      "Over the tailnet an operator looks into pods, restarts, scales and runs a job again in the server's own namespace, under a name of their own and without the cluster's administrator. Whoever may do that may use what the namespace holds; who shall not is given `view` or nothing.",
    checks: { trivy: ["KSV-0048", "KSV-0053"], monokle: ["KBP107", "KBP108"] },
    objects: ["Role/tailnet-kubernetes-operate"],
  },
  {
    title: "A stopped server",
    reason:
      "`mastodon.stopped` takes the pods away while a restore works, and keeps what is about them for when they come back.",
    checks: { "kube-score": ["networkpolicy-targets-pod: The NetworkPolicys selector doesn't match any pods"] },
    objects: ["NetworkPolicy/migrate"],
  },
];

const covers = (pattern: string, object: string): boolean => {
  const [start = "", end] = pattern.split("*");
  return end === undefined ? object === pattern : object.startsWith(start) && object.endsWith(end);
};

/** Whether the waiver is about the finding. */
export function isWaived({ tool, check, object }: Finding, { checks, objects }: Waiver): boolean {
  return (checks[tool] ?? []).includes(check) && objects.some((pattern) => covers(pattern, object));
}

/** The checks and objects of waivers that no finding needs; a waiver that stays for nothing would hide the next finding. */
export function unusedWaivers(findings: readonly Finding[]): string[] {
  return waivers.flatMap((waiver) => {
    const used = findings.filter((finding) => isWaived(finding, waiver));
    const checks = Object.entries(waiver.checks).flatMap(([tool, names]) =>
      names
        .filter((name) => !used.some((finding) => finding.tool === tool && finding.check === name))
        .map((name) => `${tool} ${name}`),
    );
    const objects = waiver.objects.filter((pattern) => !used.some(({ object }) => covers(pattern, object)));
    return [...checks, ...objects].map((unused) => `${waiver.title}: ${unused}`);
  });
}

/** The page for operators. */
export function waiversPage(): string {
  const lines = waivers.map(({ title, reason, checks, objects }) => {
    const names = Object.entries(checks).map(([tool, list]) => {
      const ids = new Set(list.map((check) => check.replace(/:.*/, ""))); // without the outcomes of kube-score's checks
      return `${tool}: ${[...ids].join(", ")}`;
    });
    return `| ${title} | ${reason} | ${names.join("; ")} | ${objects.map((object) => `\`${object}\``).join(", ")} |`;
  });
  return `# Waivers

kube-score, Trivy, checkov and Monokle judge every manifest of the committed stacks and of each optional part whenever the tests run
(\`tests/lint/\`), with all the checks that they have on and Monokle's 39 rules. They find nothing but what is listed here. This page is made
from \`tests/lint/waivers.ts\`; a waiver that nothing needs any more fails the tests.

| What | Why | Checks | Objects |
|---|---|---|---|
${lines.join("\n")}
`;
}
