// The host that pulls the backups as the program registers it: what it may, what it is given, and that nothing of it is there without it.
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { recordProgram, type Recorded, type Recording } from "../../src/dump/record.ts";
import { Secret } from "../../src/secret.ts";
import { credentials, stackFile } from "../stacks.ts";

const backups = {
  enabled: true,
  image: "registry.example/backup:1",
  recipients: ["age1hm3ncqupalh8hvmunrjqfxl0w8w2zv8vdgyf2eadkhv5k9hj3pjqj4ddu0"],
};
const heartbeats = { "kansas-city": new Secret("https://ping.example/kc") };

const record = (kansasCity: object | undefined, changes: object = {}): Promise<Recording> =>
  recordProgram(
    {
      ...stackFile("prod"),
      backups: { ...backups, ...(kansasCity && { kansasCity }) },
      secrets: { ...credentials, backups: { ...credentials.backups, heartbeats } },
      ...changes,
    },
    "prod",
  );

const bundleOf = ({ outputs }: Recording): string =>
  z.object({ bundle: z.string() }).parse(outputs["kansasCity"]).bundle;
const keysOf = ({ registrations }: Recording): Recorded[] =>
  registrations.filter(({ custom, name }) => custom && name.startsWith("kansas-city"));

let plain: Recording;
let drilling: Recording;
let without: Recording;

beforeAll(async () => {
  plain = await record({});
  drilling = await record({ drill: { enabled: true }, generation: 2 });
  without = await record(undefined);
});

describe("the host in Kansas City", () => {
  it("may read the backups bucket, and join the tailnet once, and nothing else", () => {
    expect(keysOf(plain).map(({ name, inputs }) => [name, inputs])).toEqual([
      [
        "kansas-city-key",
        { name: "social-kansas-city", grants: [{ bucket: "social-example-backups", permission: "read" }] },
      ],
      [
        "kansas-city-tailnet-key",
        expect.objectContaining({ tags: ["tag:kansas-city"], reusable: false, expiry: 3600, ephemeral: false }),
      ],
    ]);
  });

  it("gets its script as a secret, with the address of the bucket and its own heartbeat", () => {
    expect(plain.secretOutputs).toContain("kansasCity");
    const bundle = bundleOf(plain);
    expect(bundle).toContain("RCLONE_CONFIG_BACKUPS_ENDPOINT='https://sfo3.digitaloceanspaces.com'");
    expect(bundle).toContain("BACKUP_HEARTBEAT_URL='https://ping.example/kc'");
    expect(bundle).toContain("GATEWAYS='social-gateway-1 social-gateway-2'");
  });

  it("holds nothing that opens a backup, unless it drills", () => {
    const identity = credentials.backups.drillIdentity.reveal();
    expect(bundleOf(plain)).not.toContain(identity);
    expect(bundleOf(drilling)).toContain(identity);
    expect(bundleOf(drilling)).toContain("-----BEGIN PRIVATE KEY-----");
  });

  it("gets another key with another generation", () => {
    const names = keysOf(drilling).map(({ name }) => name);
    expect(names).toEqual(["kansas-city-key", "kansas-city_2-tailnet-key"]);
  });

  it("brings the gateway for its metrics", () => {
    const gateways = [plain, without].map(({ registrations }) =>
      registrations.filter(({ type }) => type === "mastodon:tailnet:Gateway"),
    );
    expect(gateways.map(({ length }) => length)).toEqual([1, 0]);
  });

  it("leaves no trace where it is not declared", () => {
    expect(keysOf(without)).toEqual([]);
    expect(without.outputs).not.toHaveProperty("kansasCity");
    expect(JSON.stringify(without.registrations.filter(({ type }) => type.endsWith(":Acl")))).not.toContain("kansas");
    expect(JSON.stringify(without.outputs["inventory"])).not.toContain("backup_hosts");
  });
});
