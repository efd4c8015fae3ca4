// Queue workers and the host that pulls the backups on the local cloud, from the first to the last: what the accounts, the tailnet and the database
// hold at each step.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { dateOf, daysAfter } from "../../components/dates.ts";
import { type AccountObject, openAccount } from "../../local/account/index.ts";
import { openLocalStack } from "../../local/engine/stack.ts";
import { projectRoot } from "../stacks.ts";
import { removeHome, runLocal, temporaryHome } from "../support/local-cloud.ts";
import { type Changes, planOf, writeSettings } from "../support/plan.ts";

const minutes = 60_000;
const today = dateOf(new Date());
const home = temporaryHome();
const settingsFile = join(home, "settings.yaml");

const droplet = { account: "queues", size: "c-2", queues: ["push"], threads: 5 };
const external = { where: "external", queues: ["push"], threads: 5, connections: 2 };
const workers = { "queue-1": droplet, home: external, burst: { ...external, until: daysAfter(today, 30) } };

/** Another account has another token: any other secret of the local stack serves. */
function tokenOfSecondAccount(): unknown {
  const shape = z.object({
    config: z.object({ "mastodon:secrets": z.object({ aws: z.object({ accessKeyId: z.unknown() }) }) }),
  });
  const file = parse(readFileSync(join(projectRoot, "Pulumi.local.yaml"), "utf8"));
  return shape.parse(file).config["mastodon:secrets"].aws.accessKeyId;
}

/** The host that pulls the backups. */
const withCopy: Changes = { "backups.kansasCity": { drill: { enabled: true } } };

function writeWorkers(declared: Changes, more: Changes): void {
  writeSettings(settingsFile, {
    ...more,
    "secrets.digitalocean.queues": { token: tokenOfSecondAccount() },
    // No container runs here, so KEDA's metrics API never answers, and Kubernetes ends no namespace, such as the gateway's, without asking it.
    "autoscaling.enabled": false,
    workers: declared,
  });
}

async function up(declared: Changes, more: Changes = {}): Promise<void> {
  writeWorkers(declared, more);
  const { code, text } = await runLocal(home, "up", "--settings", settingsFile);
  expect(code, text).toBe(0);
}

function listed(): AccountObject[] {
  const account = openAccount(home);
  try {
    return account.list();
  } finally {
    account.close();
  }
}

const typeOf = ({ type }: AccountObject): string => type.split(":").at(-1) ?? "";
const namesOf = (type: string, field: string) =>
  listed()
    .filter((one) => typeOf(one) === type)
    .map(({ object }) => z.union([z.string(), z.array(z.string()).transform((all) => all.join())]).parse(object[field]))
    .toSorted((one, other) => one.localeCompare(other));
const idsOf = (name: RegExp) =>
  listed()
    .filter(({ urn }) => name.test(urn ?? ""))
    .map(({ urn, id }) => `${urn?.split("::").at(-1)} ${id}`)
    .toSorted((one, other) => one.localeCompare(other));

/** What of each kind there is for workers, by their names. */
function held() {
  return {
    users: namesOf("DatabaseUser", "name").filter((name) => name.startsWith("worker-")),
    pools: namesOf("DatabaseConnectionPool", "name").filter((name) => name.startsWith("worker-")),
    spacesKeys: namesOf("SpacesKey", "name").filter((name) => name.includes("-worker-")),
    tailnetKeys: namesOf("TailnetKey", "tags").filter((tag) => tag.startsWith("tag:worker-")),
    droplets: namesOf("Droplet", "name"),
    tags: [
      ...new Set(
        namesOf("Acl", "acl")
          .join("")
          .match(/tag:worker-[a-z0-9-]+/g),
      ),
    ].toSorted((one, other) => one.localeCompare(other)),
  };
}

/** All that there must be for workers of these names. */
const exactly = (names: readonly string[], droplets: readonly string[]) => ({
  users: names.map((name) => `worker-${name}`),
  pools: names.map((name) => `worker-${name}`),
  spacesKeys: names.map((name) => `social-worker-${name}`),
  tailnetKeys: names.map((name) => `tag:worker-${name}`),
  droplets: droplets.map((name) => `social-${name}`),
  tags: names.map((name) => `tag:worker-${name}`),
});

const bundlesShape = z.record(z.string(), z.object({ bundle: z.string() }));

async function secretOutput(name: "workers" | "kansasCity"): Promise<unknown> {
  const stack = await openLocalStack({ home, settingsFile });
  const { [name]: found } = await stack.outputs();
  expect(found?.secret).toBe(true);
  return found?.value;
}

async function bundles(): Promise<Record<string, { bundle: string }>> {
  return bundlesShape.parse(await secretOutput("workers"));
}

const ofWorkers = /worker/;
const others = () => idsOf(ofWorkers).filter((name) => !/burst|worker-grants/.test(name));
let ownerOfMain: string;

beforeAll(() => up(workers, withCopy), 10 * minutes);
afterAll(() => removeHome(home), 2 * minutes);

describe("workers in another account and elsewhere", { timeout: 10 * minutes }, () => {
  it("have logins of their own, and only a droplet has a machine, in its account", () => {
    expect(held()).toEqual(exactly(["burst", "home", "queue-1"], ["queue-1"]));
    const objects = listed().filter(({ provider }) => provider === "digitalocean");
    ownerOfMain = objects.find((one) => typeOf(one) === "KubernetesCluster")?.owner ?? "";
    const elsewhere = objects.filter(({ owner }) => owner !== ownerOfMain);
    expect([...new Set(elsewhere.map(typeOf))].toSorted((one, other) => one.localeCompare(other))).toEqual([
      "Droplet",
      "Firewall",
      "MonitorAlert",
      "Tag",
    ]);
  });

  it("plan nothing while nothing changes", async () => {
    expect(await planOf(home, settingsFile)).toEqual({ steps: [], errors: "" });
  });

  it("leave neither their scripts nor passwords in the state that can be read", async () => {
    const stored = readFileSync(join(home, "state", ".pulumi", "stacks", "mastodon", "local.json"), "utf8");
    const lines = (await bundles())["home"]?.bundle.split("\n") ?? [];
    const secrets = lines.filter((line) => /^(DB_PASS|AWS_SECRET_ACCESS_KEY|SECRET_KEY_BASE|tskey-)/.test(line));
    expect(secrets.length).toBeGreaterThanOrEqual(4);
    for (const line of secrets) expect(stored).not.toContain(line.replace(/^[A-Z_]+=/, ""));
    expect(stored).not.toContain("END-OF-FILE");
  });

  it("stand beside the host that pulls the backups, whose script is nowhere in the clear either", async () => {
    const { bundle } = z.object({ bundle: z.string() }).parse(await secretOutput("kansasCity"));
    const secrets = bundle.split("\n").filter((line) => /SECRET_ACCESS_KEY=|^AGE-SECRET-KEY|^tskey-/.test(line));
    expect(secrets.length).toBeGreaterThanOrEqual(3);
    const stored = readFileSync(join(home, "state", ".pulumi", "stacks", "mastodon", "local.json"), "utf8");
    for (const line of secrets) expect(stored).not.toContain(line.replace(/^\w+='?|'$/g, ""));
    expect(namesOf("SpacesKey", "name")).toContain("social-kansas-city");
    expect(namesOf("TailnetKey", "tags")).toContain("tag:kansas-city");
    expect(namesOf("Acl", "acl").join("")).toContain("tag:kansas-city");
  });

  it("serve other queues without another machine, key or login", async () => {
    const before = idsOf(ofWorkers);
    await up({ ...workers, "queue-1": { ...droplet, queues: ["push", "default"] } });
    expect(idsOf(ofWorkers)).toEqual(before);
    expect((await bundles())["queue-1"]?.bundle).toContain("QUEUES='push default'");
  });

  it("stay when the host that pulls the backups goes, of which nothing is left", () => {
    expect(idsOf(/kansas-city/)).toEqual([]);
    expect(namesOf("SpacesKey", "name")).not.toContain("social-kansas-city");
    expect(namesOf("TailnetKey", "tags")).not.toContain("tag:kansas-city");
    expect(namesOf("Acl", "acl").join("")).not.toContain("kansas-city");
  });

  it("lose everything when their last day is over, and the others nothing", async () => {
    const before = others();
    await up({ ...workers, burst: { ...external, until: daysAfter(today, -1) } });
    expect(held()).toEqual(exactly(["home", "queue-1"], ["queue-1"]));
    expect(others()).toEqual(before);
  });

  it("lose everything when the declaration goes", async () => {
    await up({ home: external });
    expect(held()).toEqual(exactly(["home"], []));
    const elsewhere = listed().filter(({ provider, owner }) => provider === "digitalocean" && owner !== ownerOfMain);
    expect(elsewhere.map(typeOf)).toEqual([]);
  });

  it("leave nothing behind when none is wanted any more", async () => {
    await up({});
    expect(held()).toEqual(exactly([], []));
    expect(idsOf(ofWorkers)).toEqual([]);
  });
});
