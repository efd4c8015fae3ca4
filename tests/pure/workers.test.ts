// Queue workers outside the cluster as plain texts and rules: first boot, join bundle, environment, inventory, terms.
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { workerUserData } from "../../components/workers/cloud-init.ts";
import { throughGateway } from "../../components/workers/environment.ts";
import { joinBundle } from "../../components/workers/host/bundle.ts";
import { environmentFile, hostConfiguration, hostProgram } from "../../components/workers/host/files.ts";
import { moveProblems } from "../../components/workers/moves.ts";
import { ansibleInventory } from "../../components/workers/inventory.ts";
import { generationName, workerHostname } from "../../components/workers/key.ts";
import { gatewayNames, passages } from "../../components/workers/reach.ts";
import { workersSettingsSchema } from "../../components/workers/settings.ts";
import { connectionBudget } from "../../src/plans/connections/budget.ts";
import { parseSettings } from "../../src/settings.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { stackFile, withSecrets } from "../stacks.ts";
import { valueOf } from "../support/output-value.ts";

const shop = (changes: RawSettings, today?: string) =>
  parseSettings({ ...withSecrets(stackFile("shop")), ...changes }, today);

const droplet = { account: "queues", size: "c-2", queues: ["push"], threads: 5 };
const external = { where: "external", queues: ["push", "pull"], threads: 5 };

describe("a droplet's first boot", () => {
  const text = workerUserData({ hostname: "shop-queue-1", tailnetKey: "tskey-1" });
  const config = parse(text);

  it("is a cloud-config document", () => expect(text.startsWith("#cloud-config\n")).toBe(true));

  it("keeps the tailnet key in one file that is removed after use", () => {
    expect(text.match(/tskey-1/g)).toHaveLength(1);
    expect(config.runcmd.at(-1)).toBe("rm -f /run/tailnet-key");
  });

  it("holds no secret of the server, and no queue or image: other user data would make another droplet", () => {
    expect(text).not.toMatch(/SECRET_KEY_BASE|DB_PASS|ACTIVE_RECORD|AWS_SECRET|ghcr|tootsuite/);
  });

  it("stays far below the size that the platform takes", () => expect(Buffer.byteLength(text)).toBeLessThan(32_768));
});

describe("a worker's configuration", () => {
  const plan = {
    hostname: "shop-queue-1",
    image: "mastodon:v1",
    gateways: gatewayNames("shop"),
    hosts: ["private-db.example", "private-valkey.example"],
    statementSeconds: 300,
    metricsPort: 9394,
    settings: { queues: ["push", "pull"] as ("push" | "pull")[], threads: 7, memory: "2560Mi", until: "2026-12-31" },
  };

  it("is shell variables with nothing to expand", () => {
    expect(hostConfiguration(plan)).toBe(`NAME='shop-queue-1'
IMAGE='mastodon:v1'
THREADS='7'
QUEUES='push pull'
MEMORY='2560m'
UNTIL='20261231'
GATEWAYS='shop-gateway-1 shop-gateway-2'
HOSTS='private-db.example private-valkey.example'
AUTHORITY='/etc/mastodon/database/ca.crt'
STATEMENT_SECONDS='300'
METRICS_PORT='9394'
`);
  });

  it("refuses a value that would end its quotation", () =>
    expect(() => hostConfiguration({ ...plan, image: "x'; rm -rf /" })).toThrow(/IMAGE/));
});

describe("the environment file", () => {
  it("has one variable a line, as Docker reads it, sorted", () =>
    expect(environmentFile({ B: "2 = two", A: '"$x"' })).toBe('A="$x"\nB=2 = two\n'));

  it("refuses a value of several lines without showing it", () => {
    expect(() => environmentFile({ A: "1", KEY: "secret\nline" })).toThrow(/^KEY has several lines/);
    expect(() => environmentFile({ KEY: "secret\nline" })).not.toThrow(/secret\n/);
  });

  it("leads to the gateway's port under the database's own name", async () => {
    const url = throughGateway("rediss://default:pa%2Bss@private-x.example:25061", 6379);
    expect(await valueOf(url)).toBe("rediss://default:pa%2Bss@private-x.example:6379");
  });
});

describe("the join bundle", () => {
  const files = { "worker.conf": "NAME='x'\n", "sidekiq.env": "A=$(id)\n", "database-ca.crt": "PEM" };

  it("carries the program and every file, with nothing in them expanded", () => {
    const bundle = joinBundle("kc", { ...files, "tailnet-key": "tskey-2" });
    expect(bundle).toContain(hostProgram);
    expect(bundle).toContain("<<'END-OF-FILE-7d0f2a'\nA=$(id)\nEND-OF-FILE-7d0f2a\n");
    expect(bundle).toContain("tskey-2");
  });

  it("refuses a file that would end itself early", () =>
    expect(() => joinBundle("kc", { ...files, "sidekiq.env": "END-OF-FILE-7d0f2a\n" })).toThrow(/sidekiq\.env/));
});

const server = (host: string) => ({ host, port: 25_061 });

describe("what workers reach", () => {
  it("has a port of the gateway for each, since databases share theirs", () => {
    const all = passages({ pool: server("pg"), queue: server("q"), cache: server("c") });
    expect(all.map(({ name, host, listen }) => [name, host, listen])).toEqual([
      ["database", "pg", 6432],
      ["valkey", "q", 6379],
      ["valkey-cache", "c", 6380],
    ]);
  });

  it("is without the cache where it is no Valkey of its own", () =>
    expect(passages({ pool: server("pg"), queue: server("q") })).toHaveLength(2));
});

describe("the inventory", () => {
  const { all } = ansibleInventory("shop", workersSettingsSchema.parse({ "queue-1": droplet, "kc-1": external }));
  const hosts = (group: string) => Object.keys(all.children[group]?.hosts ?? {});

  it("groups hosts by kind, account, region and queue, sorted", () => {
    expect(Object.keys(all.children)).toEqual([
      "queue_workers",
      "account_queues",
      "droplets",
      "external_hosts",
      "queue_pull",
      "queue_push",
      "region_tor1",
    ]);
    expect(hosts("queue_workers")).toEqual(["shop-kc-1", "shop-queue-1"]);
    expect(hosts("queue_push")).toEqual(["shop-kc-1", "shop-queue-1"]);
    expect(hosts("droplets")).toEqual(["shop-queue-1"]);
    expect(hosts("external_hosts")).toEqual(["shop-kc-1"]);
  });

  it("names each host on the tailnet, with its part and its key in the output `workers`", () =>
    expect(all.children["queue_workers"]?.hosts["shop-kc-1"]).toEqual({
      ansible_host: "shop-kc-1",
      mastodon_role: "queue-worker",
      mastodon_worker: "kc-1",
      mastodon_where: "external",
      sidekiq_queues: ["push", "pull"],
      sidekiq_threads: 5,
    }));

  it("is valid without hosts", () =>
    expect(ansibleInventory("shop", {})).toEqual({ all: { children: { queue_workers: { hosts: {} } } } }));
});

const withDay = (until: string) => ({ "queue-1": droplet, burst: { ...external, until } });

describe("a worker's last day", () => {
  const workers = withDay("2026-12-31");

  it("is served, and from the next day on the worker counts as removed", () => {
    expect(Object.keys(shop({ workers }, "2026-12-31").workers)).toEqual(["queue-1", "burst"]);
    expect(shop({ workers }, "2027-01-01")).toEqual(shop({ workers: { "queue-1": droplet } }, "2027-01-01"));
  });

  it("may be written without quotation marks, as a point in time then, and is a day that there is", () => {
    const read = shop({ workers: withDay("2026-12-31 00:00:00 +0000 UTC") }, "2026-12-31");
    expect(read.workers["burst"]?.until).toBe("2026-12-31");
    expect(() => shop({ workers: withDay("2026-02-30") })).toThrow(/workers\.burst\.until/);
    expect(() => shop({ workers: withDay("soon") })).toThrow(/must be a day such as 2026-12-31/);
  });

  it("makes no mistake of what the tailnet says about the worker", () => {
    const tailnet = { operators: ["a@shop.example"], access: { worker: { burst: ["valkey"] } } };
    expect(shop({ workers, tailnet }, "2026-12-31").tailnet.access.worker).toEqual({ burst: ["valkey"] });
    expect(shop({ workers, tailnet }, "2027-01-01").tailnet.access.worker).toEqual({});
  });
});

/** What is said against the shop with these workers; nothing where all is well. */
const refusal = (workers: RawSettings, changes: RawSettings = {}) => {
  try {
    shop({ workers, ...changes });
  } catch (error) {
    return String(error);
  }
  return "";
};

describe("the settings of workers", () => {
  it("take a droplet where nothing else is said, and for a host of one's own neither account nor size", () => {
    expect(shop({ workers: { "queue-1": droplet } }).workers["queue-1"]?.where).toBe("droplet");
    expect(refusal({ home: { ...external, size: "c-2" } })).toContain("mastodon:workers.home.size");
    expect(refusal({ home: { where: "moon", queues: ["push"] } })).toContain("must be droplet or external");
  });

  it("take another image that the host's script can work with, and accounts that can be part of names", () => {
    expect(refusal({ "queue-1": { ...droplet, image: "ubuntu-24-04-x64" } })).toBe("");
    expect(refusal({ "queue-1": { ...droplet, image: "fedora-42-x64" } })).toContain("workers.queue-1.image");
    expect(refusal({ "queue-1": { ...droplet, account: "a::b" } })).toContain("workers.queue-1.account");
  });

  it("never take the scheduler", () =>
    expect(refusal({ home: { ...external, queues: ["scheduler"] } })).toContain("the cluster runs the only scheduler"));

  it("refuse a name that another machine of the stack has on the tailnet", () => {
    expect(refusal({ "gateway-1": external })).toContain("mastodon:workers.gateway-1");
    expect(refusal({ "gateway-house": external })).toBe("");
    for (const name of ["gateway", "kubernetes", "kubernetes-2", "kansas-city", "queue-1-g2"])
      expect(refusal({ [name]: external }), name).toContain(`mastodon:workers.${name}`);
  });

  it("refuse a name that is too long for the tailnet", () => {
    const long = "q".repeat(40);
    expect(refusal({ [long]: external }, { name: "shop-in-the-country" })).toBe("");
    expect(refusal({ [long]: external }, { name: "shop-in-the-old-country-of" })).toMatch(
      /67 characters; 63 are allowed/,
    );
  });

  it("refuse a pool with more connections than threads", () => {
    expect(refusal({ home: { ...external, connections: 6 } })).toMatch(/workers\.home\.connections: 6 .*5 threads/);
    expect(refusal({ home: { ...external, connections: 5 } })).toBe("");
  });

  it("refuse queues whose jobs the search must know of", () => {
    const postgresql = { size: "db-s-4vcpu-8gb", nodes: 1 };
    const database = { postgresql, valkey: { queue: { size: "db-s-1vcpu-1gb", nodes: 1 } }, opensearch: { nodes: 1 } };
    expect(refusal({ home: { ...external, queues: ["push", "pull"] } }, { database })).toContain("workers.home.queues");
    expect(refusal({ home: { ...external, queues: ["push", "mailers"] } }, { database })).not.toContain("home.queues");
  });

  it.each([
    ["by no worker", {}, /"fasp" is served by no worker/],
    [
      "only by a worker that ends",
      { burst: { ...external, queues: ["fasp"], until: "2999-01-01" } },
      /burst until 2999/,
    ],
    ["by a worker that stays", { home: { ...external, queues: ["fasp"] } }, /^$/],
  ])("judge a queue that the cluster leaves to workers and that is served %s", (_, workers, expected) => {
    const groups = {
      all: { queues: ["default,8", "push,6", "ingress,4", "mailers,2", "pull,1"], threads: 5 },
      scheduler: { queues: ["scheduler"], threads: 5 },
    };
    const mastodon = { web: { replicas: 2, threads: 3 }, sidekiq: { groups, servedElsewhere: ["fasp"] } };
    expect(refusal(workers, { mastodon })).toMatch(expected);
  });
});

describe("the connection budget", () => {
  it("counts each worker's own pool, by its threads or as given", () => {
    const workers = { "queue-1": droplet, home: { ...external, connections: 2 } };
    const without = connectionBudget(shop({ workers: {} }));
    const budget = connectionBudget(shop({ workers }));
    expect(budget.workers).toEqual({ "queue-1": 5, home: 2 });
    expect(budget.used - without.used).toBe(7);
    expect(budget.pools).toEqual(without.pools);
  });
});

describe("the next generation of a worker", () => {
  it("has names that no other worker can have", () => {
    expect(generationName("workers-main", "queue", { generation: 1 })).toBe("workers-main-queue");
    expect(generationName("workers-main", "queue", { generation: 2 })).toBe("workers-main-queue_2");
    expect(workersSettingsSchema.safeParse({ queue_2: droplet }).success).toBe(false);
  });

  it("is another machine on the tailnet where it is another droplet, and the same where it is a host of one's own", () => {
    const settings = workersSettingsSchema.parse({
      queue: { ...droplet, generation: 2 },
      home: { ...external, generation: 2 },
    });
    const names = Object.entries(settings).map(([name, one]) => workerHostname("shop", name, one));
    expect(names).toEqual(["shop-queue-g2", "shop-home"]);
  });
});

function moved(changes: object) {
  return workersSettingsSchema.parse({ "queue-1": { ...droplet, region: "fra1", ...changes } });
}

describe("a worker that moves to another region", () => {
  const saved = [{ name: "workers-main-queue-1-droplet", hostname: "shop-queue-1", region: "tor1" }];

  it("is refused without another generation, because its key is used up", () => {
    expect(moveProblems("shop", moved({ account: "main" }), saved)).toEqual([
      {
        path: "workers.queue-1.region",
        value: "fra1",
        message: expect.stringMatching(/another region than tor1.*set workers\.queue-1\.generation to 2$/),
      },
    ]);
  });

  it("is refused in another account, because its name on the tailnet is still the old one's", () => {
    expect(moveProblems("shop", moved({ account: "queues" }), saved)).toEqual([
      {
        path: "workers.queue-1.account",
        value: "queues",
        message: expect.stringMatching(/shop-queue-1, is still taken: set workers\.queue-1\.generation to 2$/),
      },
    ]);
  });

  it.each([
    ["with another generation", { account: "main", generation: 2 }, saved],
    ["with another generation, into another account", { account: "queues", generation: 2 }, saved],
    ["where it is already", { account: "main", region: "tor1" }, saved],
    ["before it is there", { account: "main" }, []],
  ])("is let %s", (_, changes, state) => expect(moveProblems("shop", moved(changes), state)).toEqual([]));
});
