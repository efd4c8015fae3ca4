// The aws, random and tls plugins through their own executables and gRPC, as the Pulumi engine talks to them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Properties, UNKNOWN } from "../../local/providers/contract.ts";
import { plain } from "../../local/providers/plain.ts";
import { samples } from "../support/aws-samples.ts";
import { PluginClient, temporaryHome, urnOf } from "./plugin-client.ts";

const { home, remove } = temporaryHome();
const clients: Record<string, PluginClient> = {};

function client(name: string): PluginClient {
  return clients[name]!;
}

beforeAll(async () => {
  for (const name of ["aws", "random", "tls"]) clients[name] = await PluginClient.start(name, home);
  await client("aws").configure({ region: "us-east-1" });
  await client("random").configure({});
  await client("tls").configure({});
});

afterAll(async () => {
  await Promise.all(Object.values(clients).map((one) => one.stop()));
  remove();
});

/** Checks, then creates. */
async function create(token: string, inputs: Properties, preview = false) {
  const plugin = client(token.split(":")[0]!);
  const urn = urnOf(token, "it");
  const { inputs: checked, failures } = await plugin.check(urn, inputs);
  expect(failures).toEqual([]);
  return { urn, plugin, inputs: checked.properties, ...(await plugin.create(urn, checked.properties, { preview })) };
}

/** The settings that CheckConfig refuses. */
async function refused(config: Properties): Promise<string[]> {
  return (await client("aws").checkConfig(config)).map(({ property }) => property);
}

describe("the aws plugin", () => {
  it("says that the region is missing, and what else is wrong with the configuration", async () => {
    expect(await refused({ region: "us-east-1" })).toEqual([]);
    expect(await refused({})).toEqual(["region"]);
    expect(await refused({ region: "us-east-1", defaultTags: '{"tags":{"stack":"prod"}}' })).toEqual([]);
    expect(await refused({ region: "us-east-1", defaultTags: '{"tag":{"stack":"prod"}}' })).toEqual([
      "defaultTags.tag",
    ]);
    expect(await refused({ region: "us-east-1", regoin: "us-east-1" })).toEqual(["regoin"]);
  });

  it("creates every type, shows no change for it, reads it by its id, and deletes it again", async () => {
    const made: Record<string, Awaited<ReturnType<typeof create>> & { state: Properties }> = {};
    for (const [type, inputsOf] of samples) {
      const inputs = inputsOf(made);
      const created = await create(`aws:${type}`, inputs);
      made[type] = { ...created, state: created.properties };
    }
    for (const [type, { urn, plugin, id, properties, inputs }] of Object.entries(made)) {
      expect(await plugin.diff(urn, id, properties, inputs), type).toMatchObject({ some: false, replaces: [] });
      const read = await plugin.read(urn, id);
      expect(read.id, type).toBe(id);
      expect((await plugin.diff(urn, id, read.state.properties, read.inputs.properties)).replaces, type).toEqual([]);
    }
    for (const { urn, plugin, id } of Object.values(made).toReversed()) await plugin.delete(urn, id);
    for (const { urn, plugin, id } of Object.values(made)) expect((await plugin.read(urn, id)).id).toBe("");
  });

  it("keeps unknown outputs unknown in a preview, and given values known", async () => {
    const { id, properties } = await create("aws:s3/bucket:Bucket", { bucket: "preview" }, true);
    expect(id).toBe("");
    expect(properties).toMatchObject({ bucket: "preview", arn: UNKNOWN, bucketRegionalDomainName: UNKNOWN });
  });

  it("marks the secret of an access key, and nothing else of it", async () => {
    const user = await create("aws:iam/user:User", { name: "secretive" });
    const key = await create("aws:iam/accessKey:AccessKey", { user: "secretive" });
    expect([...key.secrets].toSorted()).toEqual(["secret", "sesSmtpPasswordV4"]);
    await key.plugin.delete(key.urn, key.id);
    await user.plugin.delete(user.urn, user.id);
  });

  it("refuses the deletion of a bucket that holds objects, with the reason", async () => {
    const bucket = await create("aws:s3/bucket:Bucket", { bucket: "full" });
    const object = await create("aws:s3/bucketObject:BucketObject", { bucket: "full", key: "a", content: "b" });
    await expect(bucket.plugin.delete(bucket.urn, bucket.id)).rejects.toThrow(/BucketNotEmpty/);
    await object.plugin.delete(object.urn, object.id);
    await bucket.plugin.delete(bucket.urn, bucket.id);
  });

  it("answers functions, and names one that it does not know", async () => {
    const aws = client("aws");
    expect(await aws.invoke("aws:index/getRegion:getRegion", {})).toMatchObject({ region: "us-east-1" });
    const statements = [{ actions: ["ses:SendRawEmail"], resources: ["*"] }];
    const written = await aws.invoke("aws:iam/getPolicyDocument:getPolicyDocument", { statements });
    expect(JSON.parse(plain(written["json"]))).toMatchObject({ Statement: [{ Action: "ses:SendRawEmail" }] });
    await expect(aws.invoke("aws:ec2/getAmi:getAmi", {})).rejects.toThrow(/aws:ec2\/getAmi:getAmi/);
  });

  it("names a type that it does not know", async () => {
    const unknown = client("aws").check(urnOf("aws:ec2/instance:Instance", "it"), {});
    await expect(unknown).rejects.toThrow(/aws:ec2\/instance:Instance/);
  });
});

describe("the random plugin", () => {
  const token = "random:index/randomPassword:RandomPassword";

  it("makes secrets that stay the same until an input changes", async () => {
    const made = await create(token, { length: 20, special: false });
    expect([...made.secrets].toSorted()).toEqual(["bcryptHash", "result"]);
    expect(made.properties["result"]).toMatch(/^[A-Za-z\d]{20}$/);
    expect(await made.plugin.diff(made.urn, made.id, made.properties, made.inputs)).toMatchObject({ some: false });
    const longer = { ...made.inputs, length: 21 };
    expect((await made.plugin.diff(made.urn, made.id, made.properties, longer)).replaces).toEqual(["length"]);
  });

  it("does not know the value in a preview, and forgets it nowhere on refresh", async () => {
    const planned = await create(token, { length: 20 }, true);
    expect(planned.properties).toMatchObject({ length: 20, result: UNKNOWN });
    const made = await create(token, { length: 20 });
    const read = await made.plugin.read(made.urn, made.id, made.properties, made.inputs);
    expect(read.state.properties["result"]).toBe(made.properties["result"]);
  });

  it("names the property of a wrong input", async () => {
    const { failures } = await client("random").check(urnOf(token, "it"), { length: 0, colour: "red" });
    expect(failures.map(({ property }) => property).toSorted()).toEqual(["colour", "length"]);
  });

  it("takes an existing value over on import", async () => {
    const random = client("random");
    const uuid = "b7f9a1d2-3c4e-4f5a-8b6c-7d8e9f0a1b2c";
    const imported = await random.read(urnOf("random:index/randomUuid:RandomUuid", "it"), uuid);
    expect(imported.state.properties["result"]).toBe(uuid);
    const integer = await random.read(urnOf("random:index/randomInteger:RandomInteger", "it"), "4,1,6");
    expect(integer).toMatchObject({ id: "4", state: { properties: { result: 4, min: 1, max: 6 } } });
    await expect(random.read(urnOf("random:index/randomPet:RandomPet", "it"), "old-cat")).rejects.toThrow(
      /cannot be imported/,
    );
  });

  it("takes an existing secret over without showing it in the id", async () => {
    const random = client("random");
    const password = await random.read(urnOf(token, "it"), "correct-horse");
    expect(password).toMatchObject({ id: "none", state: { properties: { result: "correct-horse", length: 13 } } });
    expect(password.state.secrets.has("result")).toBe(true);
    const { inputs } = await random.check(urnOf(token, "it"), { length: 13 });
    expect(await random.diff(urnOf(token, "it"), "none", password.state.properties, inputs.properties)).toMatchObject({
      some: false,
    });
  });
});

describe("the tls plugin", () => {
  it("makes a key and a certificate for it", async () => {
    const key = await create("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P256" });
    expect(key.secrets.has("privateKeyPem")).toBe(true);
    const cert = await create("tls:index/selfSignedCert:SelfSignedCert", {
      privateKeyPem: key.properties["privateKeyPem"]!,
      subject: { commonName: "social.example.org" },
      validityPeriodHours: 24,
      allowedUses: ["server_auth"],
    });
    expect(cert.properties["certPem"]).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    expect(await cert.plugin.diff(cert.urn, cert.id, cert.properties, cert.inputs)).toMatchObject({ some: false });
    const read = await cert.plugin.read(cert.urn, cert.id, cert.properties, cert.inputs);
    expect(read.state.properties).toMatchObject({ certPem: cert.properties["certPem"], readyForRenewal: false });
    await expect(key.plugin.read(key.urn, "abc")).rejects.toThrow(/PrivateKey cannot be imported/);
  });
});
