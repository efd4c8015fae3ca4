// The Ansible inventory of all hosts that are configured from outside: queue workers, and the host that pulls the backups.
import { kansasCityHostname } from "../backups/kansas-city/kansas-city.ts";
import type { KansasCitySettings } from "../backups/kansas-city/settings.ts";
import { isDroplet, type WorkerSettings } from "./settings.ts";
import { workerHostname } from "./key.ts";

type HostVariables = Record<string, string | number | boolean | string[]>;

export interface Inventory {
  all: { children: Record<string, { hosts: Record<string, HostVariables> }> };
}

interface Host {
  readonly name: string;
  readonly groups: readonly string[];
  readonly variables: HostVariables;
}

/**
 * Groups: `queue_workers` holds all with their variables; `droplets` and `external_hosts`, `account_<account>`, `region_<region>` and
 * `queue_<queue>` those of a kind; `backup_hosts` the one that pulls the backups. Sorted, so that it changes only when hosts do.
 * @param prefix of physical names
 */
export function ansibleInventory(
  prefix: string,
  workers: Readonly<Record<string, WorkerSettings>>,
  kansasCity?: KansasCitySettings,
): Inventory {
  const hosts = Object.entries(workers)
    .map(([worker, settings]) => hostOf(prefix, worker, settings))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const groups = [...new Set(hosts.flatMap((host) => host.groups))].toSorted().map((group) => {
    const members = hosts.filter((host) => host.groups.includes(group));
    return [group, { hosts: Object.fromEntries(members.map(({ name }) => [name, {}])) }] as const;
  });
  const all = { hosts: Object.fromEntries(hosts.map(({ name, variables }) => [name, variables])) };
  const backups = kansasCity && { backup_hosts: { hosts: backupHost(prefix, kansasCity) } };
  return { all: { children: { queue_workers: all, ...Object.fromEntries(groups), ...backups } } };
}

function backupHost(prefix: string, { schedule, target }: KansasCitySettings): Record<string, HostVariables> {
  const name = kansasCityHostname(prefix);
  const place = target.kind === "folder" ? target.path : target.bucket;
  return {
    [name]: { ansible_host: name, mastodon_role: "backup-host", backup_schedule: schedule, backup_target: place },
  };
}

function hostOf(prefix: string, worker: string, settings: WorkerSettings): Host {
  const { where, queues, threads } = settings;
  const name = workerHostname(prefix, worker, settings);
  const variables = {
    ansible_host: name, // on the tailnet
    mastodon_role: "queue-worker",
    mastodon_worker: worker,
    mastodon_where: where,
    sidekiq_queues: [...queues],
    sidekiq_threads: threads,
  };
  const serving = queues.map((queue) => `queue_${queue}`);
  if (!isDroplet(settings)) return { name, groups: ["external_hosts", ...serving], variables };
  const { account, region } = settings;
  return {
    name,
    groups: ["droplets", `account_${account.replaceAll(/\W/g, "_")}`, `region_${region}`, ...serving],
    variables: { ...variables, ansible_user: "mastodon", mastodon_account: account, mastodon_region: region },
  };
}
