// The Ansible inventory of all hosts that are configured from outside.

/** One host as Ansible sees it. */
export interface InventoryHost {
  /** Name on the tailnet, which is also how Ansible reaches it. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly queues: readonly string[];
  readonly threads: number;
}

type HostVariables = Record<string, string | number | boolean | string[]>;

export interface Inventory {
  all: { children: Record<string, { hosts: Record<string, HostVariables> }> };
}

/** Groups: `queue_workers` holds all, `queue_<queue>` those that serve a queue. Sorted, so that it changes only when hosts do. */
export function ansibleInventory(hosts: readonly InventoryHost[]): Inventory {
  const sorted = hosts.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const queues = [...new Set(sorted.flatMap((host) => host.queues))].toSorted();
  const groups = queues.map((queue) => {
    const serving = sorted.filter((host) => host.queues.includes(queue));
    return [`queue_${queue}`, { hosts: Object.fromEntries(serving.map(({ name }) => [name, {}])) }] as const;
  });
  const all = { hosts: Object.fromEntries(sorted.map((host) => [host.name, variables(host)])) };
  return { all: { children: { queue_workers: all, ...Object.fromEntries(groups) } } };
}

function variables({ name, account, region, queues, threads }: InventoryHost): HostVariables {
  return {
    ansible_host: name,
    ansible_user: "mastodon",
    mastodon_account: account,
    mastodon_region: region,
    sidekiq_queues: [...queues],
    sidekiq_threads: threads,
  };
}
