// The real Pulumi engine on the local cloud with a small program: create, nothing to do, update, replace, drift, faults, a killed run.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { CommandError, type OpMap } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openAccount } from "../../local/account/index.ts";
import { settlePendingOperations } from "../../local/engine/pending.ts";
import { openLocalStack } from "../../local/engine/stack.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";

const minutes = 60_000;
const home = temporaryHome();
const settingsFile = join(home, "settings.yaml");
const vpcType = "digitalocean:index/vpc:Vpc";

interface Wanted {
  readonly ipRange?: string;
  readonly description?: string;
  readonly secondName?: string;
  /** A network whose inputs are sent as they are, past the SDK's types. */
  readonly raw?: Record<string, unknown>;
}

/** A network whose inputs are sent as they are, past the SDK's types. */
class RawVpc extends pulumi.CustomResource {
  constructor(name: string, inputs: Record<string, unknown>, options: pulumi.CustomResourceOptions) {
    super(vpcType, name, inputs, options);
  }
}

/** A network and, in it, a database: enough for dependencies, replacements and things in use. */
function smallProgram({ ipRange = "10.20.0.0/16", description = "first", secondName, raw }: Wanted) {
  return async (): Promise<Record<string, unknown>> => {
    const provider = new digitalocean.Provider("account", { token: "test-token" });
    const options = { provider };
    const vpc = new digitalocean.Vpc("net", { name: "net", region: "tor1", ipRange, description }, options);
    if (secondName) {
      new digitalocean.Vpc("second", { name: secondName, region: "tor1", ipRange: "10.99.0.0/16" }, options);
    }
    if (raw) new RawVpc("raw", raw, options);
    const tag = new digitalocean.Tag("tag", { name: "queue" }, options);
    return { vpcId: vpc.id, urn: pulumi.interpolate`${vpc.vpcUrn}`, tag: tag.name };
  };
}

const open = (wanted: Wanted = {}) => openLocalStack({ home, settingsFile, program: smallProgram(wanted) });
const changesOf = (summary: { resourceChanges?: OpMap }) => summary.resourceChanges ?? {};

function withAccount<T>(work: (account: ReturnType<typeof openAccount>) => T): T {
  const account = openAccount(home);
  try {
    return work(account);
  } finally {
    account.close();
  }
}

const stateFile = join(home, "state", ".pulumi", "stacks", "mastodon", "local.json");
const stateSchema = z.looseObject({
  checkpoint: z.looseObject({
    latest: z.looseObject({
      resources: z.array(z.looseObject({ urn: z.string() })),
      pending_operations: z.unknown().optional(),
    }),
  }),
});

/** Leaves the state as a run does that is killed in the middle of an operation, and returns the resource's URN. An import would not do: it drops operations. */
function leaveUndone(type: string, name: string): string {
  const state = stateSchema.parse(JSON.parse(readFileSync(stateFile, "utf8")));
  const { latest } = state.checkpoint;
  const resource = latest.resources.find(({ urn }) => urn.endsWith(`::${name}`));
  latest.pending_operations = [{ type, resource }];
  writeFileSync(stateFile, JSON.stringify(state));
  return resource?.urn ?? "";
}

/** What the engine said when it failed. */
async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
  throw new Error("it did not fail");
}

beforeAll(() => writeFileSync(settingsFile, 'config:\n  pulumi:disable-default-providers: ["*"]\n'));
afterAll(() => removeHome(home));

describe("the engine on the local cloud", { timeout: 10 * minutes }, () => {
  it("creates what is declared and gives its outputs", async () => {
    const result = await (await open()).up();
    expect(changesOf(result.summary).create).toBe(4);
    const [vpc] = withAccount((account) => account.list({ type: vpcType }));
    expect(result.outputs["vpcId"]?.value).toBe(vpc?.id);
    expect(result.outputs["urn"]?.value).toBe(`do:vpc:${vpc?.id}`);
  });

  it("changes nothing the second time", async () => {
    const { summary } = await (await open()).up({ expectNoChanges: true });
    expect(changesOf(summary)).toEqual({ same: 4 });
  });

  it("updates a description in place and keeps the id", async () => {
    const before = withAccount((account) => account.list({ type: vpcType }).map(({ id }) => id));
    const { summary } = await (await open({ description: "second" })).up();
    expect(changesOf(summary).update).toBe(1);
    expect(withAccount((account) => account.list({ type: vpcType }).map(({ id }) => id))).toEqual(before);
  });

  it("replaces the network when its range changes", async () => {
    const before = withAccount((account) => account.list({ type: vpcType })[0]?.id);
    const { summary } = await (await open({ description: "second", ipRange: "10.21.0.0/16" })).up();
    expect(changesOf(summary).replace).toBe(1);
    const after = withAccount((account) => account.list({ type: vpcType }));
    expect(after).toHaveLength(1);
    expect(after[0]?.id).not.toBe(before);
  });

  it("sees drift at a refresh and puts it right at the next up", async () => {
    withAccount((account) => {
      const [vpc] = account.list({ type: vpcType });
      if (vpc) account.put(vpc, { ...vpc.object, description: "changed by hand" });
    });
    const stack = await open({ description: "second", ipRange: "10.21.0.0/16" });
    expect(changesOf((await stack.refresh()).summary).update).toBe(1);
    expect(changesOf((await stack.up()).summary).update).toBe(1);
    expect(withAccount((account) => account.list({ type: vpcType })[0]?.object["description"])).toBe("second");
  });

  it("refuses an unknown property at preview and names it", async () => {
    const stack = await open({ raw: { name: "raw", region: "tor1", colour: "blue" } });
    expect(await failure(stack.preview())).toMatch(/raw[^]*colour/u);
  });

  it("refuses a name that is taken, and says whose", async () => {
    const stack = await open({ description: "second", ipRange: "10.21.0.0/16", secondName: "net" });
    expect(await failure(stack.up())).toMatch(/second[^]*net/u);
  });

  it("finishes after the cloud failed once in the middle", async () => {
    withAccount((account) =>
      account.injectFault({ type: vpcType, operation: "create", kind: "server-error", times: 1 }),
    );
    const wanted = { description: "second", ipRange: "10.21.0.0/16", secondName: "other" };
    expect(await failure((await open(wanted)).up())).toMatch(/second/u);
    const { summary } = await (await open(wanted)).up();
    expect(changesOf(summary).create).toBe(1);
  });

  it("reads again what a killed run was deleting, and makes what is gone", async () => {
    const wanted = { description: "second", ipRange: "10.21.0.0/16", secondName: "other" };
    const stack = await open(wanted);
    const urn = leaveUndone("deleting", "second");
    withAccount((account) => {
      const second = account.findByUrn(urn);
      if (second) account.remove(second);
    });
    await settlePendingOperations(home, stack, () => {});
    expect(changesOf((await stack.up()).summary).create).toBe(1);
  });

  it("gives the CLI its own home even where the caller gives none", async () => {
    await open();
    const cli = join(home, "engine", "bin", "pulumi");
    const person = join(home, "person");
    execFileSync(cli, ["version"], { env: { PATH: process.env["PATH"], HOME: person } });
    expect(existsSync(join(person, ".pulumi"))).toBe(false);
  });

  it("destroys everything and leaves the account empty", async () => {
    await (await open()).destroy();
    expect(withAccount((account) => account.isEmpty())).toBe(true);
  });
});
