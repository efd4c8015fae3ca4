// The loss of the whole region of the server, rehearsed on the local cloud: the same server in another region, and nothing of the old one touched.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withAccount } from "../../local/account/index.ts";
import { listClusters, stopCluster } from "../../local/cluster/index.ts";
import { type Outputs, outputsSchema } from "../../src/outputs.ts";
import { readState } from "../../src/restore/deployment.ts";
import { Journal } from "../../src/restore/journal.ts";
import { makePlan } from "../../src/restore/plan.ts";
import { readRequest } from "../../src/restore/request.ts";
import { carryOut, type Hands } from "../../src/restore/run.ts";
import { readChosen } from "../../src/restore/chosen.ts";
import { UsageError } from "../../src/stack-choice.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";
import { writeSettings } from "../support/plan.ts";
import { finishedBackup } from "../support/restore/backups.ts";
import { localPulumi } from "../support/restore/local-pulumi.ts";

const minutes = 60_000;
const home = temporaryHome();
const settings = join(home, "settings.yaml");
const journalFolder = join(home, "journal");
const pulumi = localPulumi(home, settings);
const [lost, chosen] = ["tor1", "nyc1"];

/** Everything of the account that stands in the region, with when it was last changed. */
function standingIn(region: string): string[] {
  return withAccount(home, (account) =>
    account
      .list()
      .filter(({ object, type }) => object["region"] === region && type.startsWith("digitalocean:"))
      .map(({ type, id, updatedAt }) => `${type} ${id} ${updatedAt}`)
      .toSorted(),
  );
}

/** Whom the site's names point at. */
function addressesInDns(): string[] {
  return withAccount(home, (account) =>
    account
      .list({ type: "digitalocean:index/dnsRecord:DnsRecord" })
      .flatMap(({ object: { type, value } }) => (type === "A" && typeof value === "string" ? [value] : [])),
  );
}

async function outputs(): Promise<Outputs> {
  return outputsSchema.parse(await pulumi.allOutputs());
}

/** Names and kinds of everything in a value, without the values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

/** The clouds answer nothing about what is there, and its cluster is dead. */
async function loseRegion(): Promise<void> {
  for (const { id } of await listClusters(home)) await stopCluster(home, id);
  withAccount(home, (account) => {
    for (const name of [
      "vpc:Vpc",
      "kubernetesCluster:KubernetesCluster",
      "kubernetesNodePool:KubernetesNodePool",
      "databaseCluster:DatabaseCluster",
    ])
      for (const operation of ["read", "update", "delete"] as const)
        account.injectFault({ type: `digitalocean:index/${name}`, operation, kind: "server-error", times: 100_000 });
  });
}

describe("when the region of the server is lost", () => {
  let before: Outputs;
  let standing: string[];
  const seen: { readonly restored: Outputs[]; readonly dnsAtStart: string[][] } = { restored: [], dnsAtStart: [] };
  let interruptions = 1;

  const hands: Hands = {
    pulumi,
    saveState: () => undefined,
    giveSecrets: () => Promise.reject(new Error("the state has the keys still")),
    restoreDatabase: async () => {
      seen.restored.push(await outputs());
      // Somebody's laptop runs out of power once; the next run goes on here.
      if (interruptions-- > 0) throw new UsageError("interrupted");
    },
    upload: () => Promise.reject(new Error("the backup is in the bucket")),
    restoreMedia: () => Promise.reject(new Error("the media are elsewhere")),
    confirm: () => {
      seen.dnsAtStart.push(addressesInDns());
      return Promise.resolve(true);
    },
    print: () => undefined,
  };

  beforeAll(async () => {
    writeSettings(settings, { protect: true });
    await pulumi.up([]);
    before = await outputs();
    standing = standingIn(lost);
    await loseRegion();
  }, 15 * minutes);
  afterAll(() => removeHome(home));

  it("asks the clouds nothing that they could not answer: a refresh fails", { timeout: 5 * minutes }, async () => {
    await expect(pulumi.refresh()).rejects.toThrow();
  });

  it(
    "goes on after an interruption, and ends with the server in the other region",
    { timeout: 20 * minutes },
    async () => {
      const now = new Date();
      const state = readState(await pulumi.exportState());
      const { settings: parsed } = await readChosen([], settings, "local");
      const backups = [finishedBackup("20261123T100000Z", "social")];
      const plan = makePlan(
        { stack: "local", settings: parsed, state, backups, now },
        readRequest({ region: chosen }, now),
      );
      await expect(carryOut(Journal.begin(journalFolder, plan), hands)).rejects.toThrow("interrupted");
      const goneOn = Journal.open(journalFolder);
      expect(goneOn?.stepsDone).toBeGreaterThan(0);
      if (goneOn) await carryOut(goneOn, hands);
      expect(Journal.open(journalFolder)).toBeUndefined();

      const after = await outputs();
      expect(after.regions).toEqual({ ...before.regions, compute: chosen });
      expect(after.urls).toEqual(before.urls);
      expect(after.cluster).toMatchObject({ name: "social-nyc1", region: chosen, site: chosen });
      const { site: _, ...cluster } = after.cluster;
      expect(shapeOf({ ...after, cluster })).toEqual(shapeOf(before));
      expect(after.workloads.map(({ namespace, name, replicas }) => `${namespace}/${name} ${replicas}`)).toEqual(
        before.workloads.map(({ namespace, name, replicas }) => `${namespace}/${name} ${replicas}`),
      );
      // The keys of the server are those that it had.
      expect(
        pulumi.steps
          .slice(1)
          .flat()
          .filter((step) => /vapid|active-record|secret-key-base/.test(step)),
      ).toEqual([]);
    },
  );

  it("restored into a new, empty database, while nothing of Mastodon ran", () => {
    expect(seen.restored).toHaveLength(2);
    for (const { database, workloads } of seen.restored) {
      expect(database.host).not.toBe(before.database.host);
      const running = workloads.filter(
        ({ process, replicas }) => ["web", "streaming", "sidekiq", "migrate"].includes(process) && replicas > 0,
      );
      expect(running).toEqual([]);
    }
  });

  it("changed DNS last, and to the new load balancer", async () => {
    const { loadBalancer } = await outputs();
    expect(loadBalancer.address).not.toBe(before.loadBalancer.address);
    expect(addressesInDns()).toContain(loadBalancer.address);
    expect(addressesInDns()).not.toContain(before.loadBalancer.address);
    const updated = pulumi.steps.slice(1).map((steps) => steps.some((step) => step.startsWith("update records-")));
    expect(updated.lastIndexOf(true)).toBe(updated.length - 1);
    expect(updated.indexOf(true)).toBe(updated.length - 1);
  });

  it("deleted and changed nothing in the lost region", () => {
    expect(standingIn(lost)).toEqual(standing);
    expect(standing.length).toBeGreaterThan(4);
    const stateful = /delete.*(cluster|vpc|bucket|zone|database)/;
    expect(pulumi.steps.flat().filter((step) => stateful.test(step))).toEqual([]);
  });
});
