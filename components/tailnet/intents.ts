// The intent matrix: who may reach what on the tailnet, and nothing else. Everything about access follows from this table.
import type { TailnetSettings } from "./settings.ts";
import { tags, targetsOf, workerTag, type Machines, type Place, type Target, type TargetName } from "./targets.ts";

/** Somebody or something that reaches. */
export interface Subject {
  /** One row of the settings; all workers share theirs unless one has its own. */
  readonly kind: string;
  /** For people. */
  readonly title: string;
  /** As it is written in a policy: a group or a tag. */
  readonly selector: string;
  /** Logins of a group; a machine has none. */
  readonly members?: readonly string[];
  /** What it may reach. */
  readonly reaches: readonly TargetName[];
  /** The setting that says so. */
  readonly setting: string;
}

export interface IntentMatrix {
  readonly subjects: readonly Subject[];
  readonly targets: readonly Target[];
  /** Every tag of a machine that this stack looks after. */
  readonly tags: readonly string[];
}

/** The matrix for these people and machines. */
export function intentMatrix(settings: TailnetSettings, there: Machines): IntentMatrix {
  const { kansasCity } = there;
  const sorted = there.workers.toSorted();
  return {
    subjects: [
      ...people(settings),
      ...sorted.map((worker) => workerSubject(settings, worker)),
      ...machines(settings, there),
    ],
    targets: targetsOf(there),
    tags: [
      ...Object.values(tags).filter((tag) => kansasCity || tag !== tags.kansasCity),
      ...sorted.map(workerTag),
    ].toSorted(),
  };
}

/** A group without members is left out: Tailscale refuses to test it. */
function people({ access, ...settings }: TailnetSettings): Subject[] {
  return (["operators", "moderators", "observers"] as const)
    .filter((kind) => settings[kind].length > 0)
    .map((kind) => ({
      kind,
      title: kind,
      selector: `group:${kind}`,
      members: [...new Set(settings[kind])].toSorted(),
      reaches: access[kind],
      setting: `tailnet.access.${kind}`,
    }));
}

function workerSubject({ access }: TailnetSettings, worker: string): Subject {
  const own = access.worker[worker];
  return {
    kind: "workers",
    title: `worker ${worker}`,
    selector: workerTag(worker),
    reaches: own ?? access.workers,
    setting: own === undefined ? "tailnet.access.workers" : `tailnet.access.worker.${worker}`,
  };
}

function machines({ access }: TailnetSettings, { kansasCity }: Machines): Subject[] {
  const machine = (kind: "ci" | "monitoring" | "kansasCity", title: string): Subject => ({
    kind,
    title,
    selector: tags[kind],
    reaches: access[kind],
    setting: `tailnet.access.${kind}`,
  });
  return [
    machine("ci", "CI"),
    machine("monitoring", "monitoring"),
    ...(kansasCity ? [machine("kansasCity", "Kansas City host")] : []),
  ];
}

/** The targets that a subject is meant to reach. */
export function intendedTargets(subject: Subject, { targets }: IntentMatrix): Target[] {
  return targets.filter(({ name }) => subject.reaches.includes(name));
}

/** The ports that a subject is meant to reach. */
export function intendedPlaces(subject: Subject, matrix: IntentMatrix): Place[] {
  return intendedTargets(subject, matrix).flatMap(({ places }) => places);
}

/** The group in Kubernetes that the API server's proxy acts for; RBAC gives it its rights. Never one of Kubernetes' own. */
export function impersonatedGroup({ kind }: Pick<Subject, "kind">): string {
  return `tailnet:${kind}`;
}
