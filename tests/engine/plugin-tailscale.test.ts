// The emulated tailnet: policy, keys and settings over the plugin's own gRPC interface.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Properties } from "../../local/providers/contract.ts";
import { PluginClient, temporaryHome, urnOf } from "./plugin-client.ts";

const { home, remove } = temporaryHome();
let plugin: PluginClient;

beforeAll(async () => {
  plugin = await PluginClient.start("tailscale", home);
  await plugin.configure({ apiKey: "tskey-api-test", tailnet: "-" });
});
afterAll(async () => {
  await plugin.stop();
  remove();
});

const urn = (className: string, name = "it") =>
  urnOf(`tailscale:index/${className.charAt(0).toLowerCase()}${className.slice(1)}:${className}`, name);
const failuresOf = async (className: string, inputs: Properties) =>
  (await plugin.check(urn(className), inputs)).failures.map(({ reason }) => reason);

const policy = '{ "tagOwners": { "tag:worker": [] }, "grants": [], }';

describe("the policy", () => {
  it("may be HuJSON, and must be readable", async () => {
    expect(await failuresOf("Acl", { acl: `// who may reach what\n${policy}` })).toEqual([]);
    expect(await failuresOf("Acl", { acl: '{\n "grants": [,]' })).toEqual([
      expect.stringMatching(/^acl must be HuJSON; line 2/),
    ]);
  });

  it("does not differ by comments, white space or the order of keys", async () => {
    const same = await plugin.diff(
      urn("Acl"),
      "1",
      { acl: policy },
      { acl: '{"grants":[],/* x */"tagOwners":{"tag:worker":[]}}' },
    );
    expect(same.some).toBe(false);
    expect((await plugin.diff(urn("Acl"), "1", { acl: policy }, { acl: '{"grants":[]}' })).some).toBe(true);
  });

  it("belongs to one resource, and must own a key's tags", async () => {
    const { id } = await plugin.create(urn("Acl"), { acl: policy });
    await expect(plugin.create(urn("Acl", "second"), { acl: policy })).rejects.toThrow("managed already");
    const key = (tag: string) => plugin.create(urn("TailnetKey"), { tags: [tag] });
    await expect(key("tag:nobody")).rejects.toThrow("tag:nobody has no owner");
    await expect(key("tag:worker")).resolves.toBeDefined();
    await plugin.delete(urn("Acl"), id);
  });

  it("stays in force when its resource goes, and is not overwritten unasked", async () => {
    await expect(plugin.create(urn("Acl"), { acl: policy })).rejects.toThrow("(412)");
    const asked = { acl: policy, overwriteExistingContent: true, resetAclOnDestroy: true };
    const { id } = await plugin.create(urn("Acl"), asked);
    await plugin.delete(urn("Acl"), id);
    const again = await plugin.create(urn("Acl"), { acl: policy }); // the default policy is in nobody's way
    await plugin.delete(urn("Acl"), again.id);
  });

  it("is refused where the control plane would refuse it", async () => {
    const acl = '{ "grants": [{ "src": ["tag:nobody"], "dst": ["*"], "ip": ["*"] }] }';
    await expect(plugin.create(urn("Acl"), { acl })).rejects.toThrow("tag:nobody");
  });
});

describe("keys", () => {
  it("come with a secret that stays, and end after ninety days when nothing is said", async () => {
    const made = await plugin.create(urn("TailnetKey"), { reusable: false });
    expect(made.properties["key"]).toMatch(/^tskey-auth-k\w+CNTRL-/);
    expect([...made.secrets]).toEqual(["key"]);
    expect(made.properties).toMatchObject({ expiry: 7_776_000, invalid: false, ephemeral: false });
    const read = await plugin.read(urn("TailnetKey"), made.id, made.properties, { reusable: false });
    expect(read.state.properties["key"]).toBe(made.properties["key"]);
    expect(read.inputs.properties).toEqual({ reusable: false });
  });

  it("are invalid after their end", async () => {
    const made = await plugin.create(urn("TailnetKey"), { expiry: 0 });
    expect((await plugin.read(urn("TailnetKey"), made.id)).state.properties["invalid"]).toBe(true);
  });

  it("need tags where a scope needs them", async () => {
    await expect(plugin.create(urn("OauthClient"), { scopes: ["auth_keys"] })).rejects.toThrow("needs tags");
    const made = await plugin.create(urn("OauthClient"), { scopes: ["dns"] });
    expect(made.properties["key"]).toMatch(/^tskey-client-/);
  });
});

describe("strictness", () => {
  it("refuses what the real plugin would let pass in silence", async () => {
    expect(await failuresOf("TailnetSettings", { aclsExternallyManaged: true })).toHaveLength(1);
    expect(await failuresOf("TailnetSettings", { devicesKeyDurationDays: "90" })).toHaveLength(1);
  });

  it("understands contacts in the package's spelling and the plugin's", async () => {
    const one = { email: "a@example.social" };
    expect(await failuresOf("Contacts", { account: one, security: one, support: one })).toEqual([]);
    expect(await failuresOf("Contacts", { accounts: [one], securities: [one], supports: [one] })).toEqual([]);
    expect(await failuresOf("Contacts", { accounts: [one], supports: [one] })).toEqual([
      "security is missing and required",
    ]);
  });
});
