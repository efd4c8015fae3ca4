// The parts that all pods share: who they run as, what they must not do, what they ask for.
import type { Placement } from "../args.ts";
import type { Resources } from "../settings.ts";
import type { Container, PodSpec, Role } from "./workload.ts";

/** User of Mastodon's images (their Dockerfile). Images name it, so a kubelet cannot see that it is not root. */
export const mastodonUser = 991;

/** nginx' unprivileged image lets any user run it; a number that no node's own user has. */
export const edgeUser = 10_101;

interface PodOptions {
  readonly role: Role;
  readonly user: number;
  readonly placement: Placement;
  readonly priority: string;
  /** Seconds from the order to end until the pod is killed; longer than all that happens in it. */
  readonly graceSeconds: number;
  /** Settings of the pod's own network; only those that the standard calls safe. */
  readonly sysctls?: Readonly<Record<string, string>>;
}

/** The pod around the containers, as the restricted Pod Security Standard asks for. */
export function podDefaults({
  role,
  user,
  placement,
  priority,
  graceSeconds,
  sysctls = {},
}: PodOptions): Omit<PodSpec, "containers"> {
  return {
    serviceAccountName: role,
    automountServiceAccountToken: false,
    // A Service called `redis` or `db` would inject REDIS_PORT or DB_PORT and break Mastodon.
    enableServiceLinks: false,
    priorityClassName: priority,
    terminationGracePeriodSeconds: graceSeconds,
    nodeSelector: { ...placement.nodeSelector },
    tolerations: placement.tolerations.map((toleration) => ({ operator: "Equal", ...toleration })),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
      ...(Object.keys(sysctls).length > 0 && { sysctls: variablesOf(sysctls) }),
    },
  };
}

/** What no container may do. That it is not root stands at the pod too; here it holds whatever becomes of the pod's. */
export const containerSecurity = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} satisfies Container["securityContext"];

/** Variables with these values. */
export function variablesOf<Value>(values: Readonly<Record<string, Value>>): { name: string; value: Value }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** All variables of a ConfigMap and of a Secret that share a name. */
export function pairFrom(name: string) {
  return [{ configMapRef: { name } }, { secretRef: { name } }];
}

/**
 * Requests and limits of a container. CPU has a request only: a limit throttles while the node idles.
 * @param scratch most that the container may write to its emptyDirs and logs, for example `2Gi`
 */
export function containerResources({ cpu, memory, memoryLimit }: Resources, scratch: string): Container["resources"] {
  return {
    requests: { cpu, memory, "ephemeral-storage": "256Mi" },
    limits: { memory: memoryLimit, "ephemeral-storage": scratch },
  };
}
