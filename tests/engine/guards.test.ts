// The real Pulumi engine refuses to lose data, in our words, at preview; and does what it is told on purpose.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { CommandError } from "@pulumi/pulumi/automation/index.js";
import * as random from "@pulumi/random";
import * as tailscale from "@pulumi/tailscale";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLocalStack } from "../../local/engine/stack.ts";
import { installGuard } from "../../policies/guard.ts";
import { previousResources } from "../../src/previous-resources.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";

const minutes = 60_000;
const home = temporaryHome();
const settingsFile = join(home, "settings.yaml");

const base = {
  ipRange: "10.20.0.0/16",
  clusterSubnet: "10.40.0.0/16",
  clusterSize: "s-2vcpu-4gb",
  database: "mastodon",
  bucket: "guarded-media",
  zone: "guarded.example",
  tailnet: true,
  secretLength: 32,
  protect: true,
  unprotect: [] as readonly string[],
};
type Wanted = typeof base;

/** One of each kind that holds data, related as in the real program. */
class Parts extends pulumi.ComponentResource {
  constructor(wanted: Wanted) {
    super("mastodon:test:Parts", "parts");
    const { protect } = wanted;
    const token = { token: "test", spacesAccessId: "id", spacesSecretKey: "key" };
    const account = new digitalocean.Provider("account", token, { parent: this });
    const kept = { parent: this, provider: account, protect };
    const region = "tor1";
    const vpc = new digitalocean.Vpc("vpc", { name: "net", region, ipRange: wanted.ipRange }, kept);
    new digitalocean.KubernetesCluster(
      "cluster",
      {
        name: "guarded",
        region,
        version: "1.36.3-do.0",
        vpcUuid: vpc.id,
        clusterSubnet: wanted.clusterSubnet,
        serviceSubnet: "10.101.0.0/19",
        nodePool: { name: "system", size: wanted.clusterSize, nodeCount: 1 },
      },
      kept,
    );
    const postgresql = new digitalocean.DatabaseCluster(
      "postgresql",
      {
        name: "guarded",
        engine: "pg",
        version: "17",
        size: "db-s-1vcpu-2gb",
        region,
        nodeCount: 1,
        privateNetworkUuid: vpc.id,
      },
      kept,
    );
    new digitalocean.DatabaseDb("database", { clusterId: postgresql.id, name: wanted.database }, kept);
    new digitalocean.SpacesBucket(
      "media-bucket",
      { name: wanted.bucket, region: "nyc3" },
      { ...kept, replaceOnChanges: ["name"] },
    );
    new digitalocean.Domain("zone", { name: wanted.zone }, kept);
    const generated = new random.Provider("random", {}, { parent: this });
    new random.RandomPassword("secret", { length: wanted.secretLength }, { ...kept, provider: generated });
    if (wanted.tailnet) this.tailnet(protect);
    this.registerOutputs({});
  }

  private tailnet(protect: boolean): void {
    const provider = new tailscale.Provider("tailnet", { apiKey: "test" }, { parent: this });
    new tailscale.Acl("tailnet-acl", { acl: '{"grants": []}' }, { parent: this, provider, protect });
  }
}

function guarded(wanted: Wanted) {
  return async (): Promise<Record<string, unknown>> => {
    const guard = installGuard(wanted, await previousResources());
    new Parts(wanted);
    guard.finish();
    return {};
  };
}

const open = (change: Partial<Wanted> = {}) =>
  openLocalStack({ home, settingsFile, program: guarded({ ...base, ...change }) });

/** What the engine said when it refused a preview. */
async function refusalOf(change: Partial<Wanted>): Promise<string> {
  const stack = await open(change);
  try {
    await stack.preview();
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
  throw new Error("the preview was not refused");
}

beforeAll(async () => {
  writeFileSync(settingsFile, 'config:\n  pulumi:disable-default-providers: ["*"]\n');
  await (await open()).up();
}, 10 * minutes);
afterAll(() => removeHome(home));

describe("the guard under the engine", { timeout: 10 * minutes }, () => {
  it("refuses nothing that stays the same", async () => {
    await (await open()).up({ expectNoChanges: true });
  });

  it.each<[string, Partial<Wanted>, RegExp]>([
    ["another subnet of the cluster", { clusterSubnet: "10.50.0.0/16" }, /cluster .*replaced: clusterSubnet changes/],
    ["another size of the fixed pool", { clusterSize: "s-4vcpu-8gb" }, /cluster .*replaced: nodePool.size changes/],
    ["another name of the database", { database: "other" }, /database .*replaced: name changes from "mastodon"/],
    [
      "another name of a bucket",
      { bucket: "other-media" },
      /media-bucket .*replaced: name changes from "guarded-media"/,
    ],
    ["another zone", { zone: "other.example" }, /zone .*replaced: name changes from "guarded.example" to "other/],
    ["no tailnet", { tailnet: false }, /tailnet-acl .*deleted: the settings no longer ask for it/],
    ["another form of a secret", { secretLength: 64 }, /secret .*replaced: length changes from 32 to 64/],
  ])("refuses %s at preview, alone", async (_, change, reason) => {
    const text = await refusalOf(change);
    expect(text).toMatch(reason);
    expect(text).toContain("would destroy 1 resource");
    expect(text).toContain("pulumi config set --path 'mastodon:unprotect[0]'");
    expect(text).not.toContain("currently marked for protection"); // the engine's own words
  });

  it("tells all that goes with the network in one refusal", async () => {
    const text = await refusalOf({ ipRange: "10.30.0.0/16" });
    expect(text).toContain("would destroy 4 resources");
    expect(text).toContain("vpcUuid comes from vpc, which would be replaced");
    expect(text).toContain("clusterId comes from postgresql, which would be replaced");
  });

  it("refuses the same without a preview, and changes nothing", async () => {
    const stack = await open({ bucket: "other-media", tailnet: false });
    await expect(stack.up()).rejects.toThrow(/would destroy 2 resources/);
    await (await open()).preview({ expectNoChanges: true });
  });

  it("replaces what `unprotect` names, and nothing else", async () => {
    expect(await refusalOf({ bucket: "other", zone: "other.example", unprotect: ["zone"] })).not.toMatch(/zone \(/);
    const { changeSummary } = await (await open({ zone: "other.example", unprotect: ["zone"] })).preview();
    expect(changeSummary.replace).toBe(1);
  });

  it("warns of a name that stays in `unprotect` for nothing", async () => {
    const { stdout } = await (await open({ unprotect: ["zone"] })).preview();
    expect(stdout).toContain('mastodon:unprotect: ["zone"] can be deleted by any later change');
  });

  it("lets go what was taken out on purpose, by the very commands of the message", async () => {
    const text = await refusalOf({ tailnet: false });
    const urn = /pulumi state unprotect --yes '(\S+)'/.exec(text)?.[1] ?? "";
    const stack = await open({ tailnet: false, unprotect: ["tailnet-acl"] });
    execFileSync(join(home, "engine", "bin", "pulumi"), ["state", "unprotect", "--yes", urn, "--stack", stack.name], {
      cwd: stack.workspace.workDir,
      env: { ...process.env, ...stack.workspace.envVars },
    });
    expect((await stack.up()).summary.resourceChanges?.delete).toBe(2); // the policy, and the provider that only it had
  });

  it("refuses nothing where nothing is protected", async () => {
    const { changeSummary } = await (await open({ protect: false, zone: "third.example" })).preview();
    expect(changeSummary.replace).toBe(1);
  });
});
