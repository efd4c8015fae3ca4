// The program that hosts run, and what configures it: texts that are the same for droplets and for hosts of somebody's own.
import { hostProgramOf, lines, shellVariables } from "../../host/program.ts";
import { databaseCaPath } from "../../mastodon/environment/inputs.ts";
import type { WorkerSettings } from "../settings.ts";

/** POSIX shell; needs no secret. */
export const hostProgram = hostProgramOf(new URL("mastodon-worker.sh", import.meta.url));

export interface HostPlan {
  /** Name on the tailnet. */
  readonly hostname: string;
  /** Mastodon's Rails image with tag or digest. */
  readonly image: string;
  /** Names on the tailnet of the machines that lead into the cluster. */
  readonly gateways: readonly string[];
  /** Host names of the databases, which the gateway stands for. */
  readonly hosts: readonly string[];
  /** Most that a statement of the worker may take in the database; 0 for no limit. */
  readonly statementSeconds: number;
  /** Port that shows Sidekiq's metrics on the tailnet. @default - none are shown */
  readonly metricsPort?: number | undefined;
  readonly settings: Pick<WorkerSettings, "queues" | "threads" | "memory" | "until">;
}

/** What the program reads as shell variables. All values are names, numbers and dates. */
export function hostConfiguration({ hostname, image, gateways, hosts, settings, ...plan }: HostPlan): string {
  const { queues, threads, memory, until } = settings;
  return shellVariables({
    NAME: hostname,
    IMAGE: image,
    THREADS: String(threads),
    QUEUES: queues.join(" "),
    MEMORY: memory.replace("i", "").toLowerCase(), // Docker's notation
    UNTIL: until?.replaceAll("-", "") ?? "",
    GATEWAYS: gateways.join(" "),
    HOSTS: hosts.join(" "),
    AUTHORITY: databaseCaPath,
    STATEMENT_SECONDS: String(plan.statementSeconds),
    METRICS_PORT: String(plan.metricsPort ?? ""),
  });
}

/**
 * Docker's notation: everything after the first = is the value, up to the end of the line.
 * @throws Error naming the variable that has several lines; its value may be a secret
 */
export function environmentFile(variables: Readonly<Record<string, string>>): string {
  const broken = Object.keys(variables).find((name) => /[\r\n]/.test(variables[name] ?? ""));
  if (broken !== undefined) throw new Error(`${broken} has several lines, which a worker's environment cannot hold`);
  const sorted = Object.entries(variables).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return lines(sorted.map(([name, value]) => `${name}=${value}`));
}
