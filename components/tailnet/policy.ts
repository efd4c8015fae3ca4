// The tailnet policy, generated from the intent matrix together with the tests that Tailscale runs before it takes the policy.
import type { Grant, PolicyFile, SshRule } from "./evaluator/policy-file.ts";
import { impersonatedGroup, type IntentMatrix, type Subject } from "./intents.ts";
import { policyTests, sshTests } from "./policy-tests.ts";
import { tags, type Target } from "./targets.ts";

type GeneratedSection =
  | "groups"
  | "tagOwners"
  | "autoApprovers"
  | "grants"
  | "ssh"
  | "nodeAttrs"
  | "tests"
  | "sshTests";

/** A policy that can never allow everything by having no grants. `acls` is left out on purpose: grants replace it. */
export type Policy = PolicyFile & Required<Pick<PolicyFile, GeneratedSection>>;

/** What the API server's proxy reads (tailscale.com/docs/features/kubernetes-operator/how-to/api-server-proxy, 2026). */
export const kubernetesCapability = "tailscale.com/cap/kubernetes";

/** The whole policy: sorted and complete, so that nothing changes when nothing changed. */
export function tailnetPolicy(matrix: IntentMatrix): Policy {
  return {
    groups: Object.fromEntries(
      matrix.subjects.flatMap(({ selector, members }) => (members ? [[selector, [...members]]] : [])),
    ),
    tagOwners: tagOwners(matrix),
    autoApprovers: { services: { [tags.kubernetes]: [tags.kubernetes] } }, // the proxy's replicas share one service address
    grants: rows(matrix).flatMap(grantsOf),
    ssh: rows(matrix).flatMap(sshOf),
    nodeAttrs: [], // spelt out: no device may publish itself with Funnel, which a new tailnet's default lets every member do
    tests: policyTests(matrix),
    sshTests: sshTests(matrix),
  };
}

/** Who may give which tag to a device: administrators by hand, and the stack's own credential. */
export function tagOwners(matrix: IntentMatrix): Record<string, string[]> {
  const byHand = "autogroup:admin";
  return Object.fromEntries(matrix.tags.map((tag) => [tag, tag === tags.stack ? [byHand] : [byHand, tags.stack]]));
}

/** Subjects of one kind that may reach one target. */
interface Row {
  readonly subjects: readonly Subject[];
  readonly target: Target;
}

/** In the matrix's order: a change of one of its cells is a change of one grant. */
function rows({ subjects, targets }: IntentMatrix): Row[] {
  const kinds = [...new Set(subjects.map(({ kind }) => kind))];
  return kinds.flatMap((kind) =>
    targets.flatMap((target) => {
      const allowed = subjects.filter((one) => one.kind === kind && one.reaches.includes(target.name));
      return allowed.length > 0 && target.places.length > 0 ? [{ subjects: allowed, target }] : [];
    }),
  );
}

/** One grant for each port, since a grant opens each of its ports on each of its destinations. */
function grantsOf({ subjects, target }: Row): Grant[] {
  const [first] = subjects;
  const ports = [...new Set(target.places.map(({ port }) => port))];
  const impersonate = { groups: first ? [impersonatedGroup(first)] : [] };
  return ports.map((port) => ({
    src: subjects.map(({ selector }) => selector),
    dst: target.places.filter((place) => place.port === port).map(({ tag }) => tag),
    ip: [`tcp:${port}`],
    ...(target.impersonates && { app: { [kubernetesCapability]: [{ impersonate }] } }),
  }));
}

/** Logins: only people's, never as root, and with a fresh login in the browser, so that a stolen laptop is not enough. */
function sshOf({ subjects, target }: Row): SshRule[] {
  if (!target.login) return [];
  return [
    {
      action: "check",
      checkPeriod: "1h",
      src: subjects.map(({ selector }) => selector),
      dst: target.places.map(({ tag }) => tag),
      users: ["autogroup:nonroot"],
    },
  ];
}

/** The policy as it is sent. Without its tests it is judged here only. */
export function policyText({ tests, sshTests: logins, ...policy }: PolicyFile, sendTests: boolean): string {
  return `${JSON.stringify({ ...policy, ...(sendTests && { tests, sshTests: logins }) }, undefined, 2)}\n`;
}
