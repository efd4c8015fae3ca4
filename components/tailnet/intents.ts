// The intent matrix: who may reach what on the tailnet, and nothing else. Everything about access follows from this table.
import type { TailnetSettings } from "./settings.ts";

/** Something that can be reached: one tag and the ports that are served there. */
export interface Service {
  readonly name: string;
  readonly tag: string;
  /** TCP ports. */
  readonly ports: readonly number[];
}

/** Somebody or something that reaches. */
interface Subject {
  readonly name: string;
  /** As it is written in a policy: a group or a tag. */
  readonly selector: string;
}

/** One allowed way. */
interface Intent {
  readonly from: Subject;
  readonly to: Service;
}

export interface IntentMatrix {
  readonly subjects: readonly Subject[];
  readonly services: readonly Service[];
  readonly intents: readonly Intent[];
}

/** Tags of the machines on the tailnet. */
export const tags = {
  kubernetes: "tag:kubernetes",
  gateway: "tag:gateway",
  worker: "tag:worker",
  ci: "tag:ci",
} as const;

const services = {
  kubernetes: { name: "Kubernetes API", tag: tags.kubernetes, ports: [443] },
  pool: { name: "database pool", tag: tags.gateway, ports: [6432] },
  database: { name: "database, direct", tag: tags.gateway, ports: [5432] },
  valkey: { name: "Valkey", tag: tags.gateway, ports: [6379] },
  // Tailscale SSH asks for a grant of port 22 besides its own rule (tailscale.com/kb/1193, "Ensure Tailscale SSH is permitted").
  login: { name: "login on a worker", tag: tags.worker, ports: [22] },
} as const satisfies Record<string, Service>;

const operators: Subject = { name: "operators", selector: "group:operators" };
const observers: Subject = { name: "observers", selector: "group:observers" };
const ci: Subject = { name: "CI", selector: tags.ci };
const workers: Subject = { name: "queue workers", selector: tags.worker };

/** The matrix for these people. Workers and CI are machines, known by their tags. */
export function intentMatrix(settings: TailnetSettings): IntentMatrix {
  return {
    // A group without members is left out: Tailscale refuses to test it.
    subjects: settings.observers.length > 0 ? [operators, observers, ci, workers] : [operators, ci, workers],
    services: Object.values(services),
    intents: [
      { from: operators, to: services.kubernetes },
      { from: operators, to: services.database },
      { from: operators, to: services.login },
      { from: ci, to: services.kubernetes },
      { from: workers, to: services.pool },
      { from: workers, to: services.valkey },
    ],
  };
}
