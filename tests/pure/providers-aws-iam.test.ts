// What IAM enforces: sound policies, at most two keys, nothing deleted while in use; and the functions that write policies.
import { describe, expect, it } from "vitest";
import { type Properties, UNKNOWN } from "../../local/providers/contract.ts";
import { provider } from "../../local/providers/aws/index.ts";
import { sesSmtpPassword } from "../../components/mail/smtp-password.ts";
import { plain } from "../../local/providers/plain.ts";
import { ProviderUnderTest, type Rows } from "../support/provider-under-test.ts";

const account = (rows: Rows = [], owner = "one", region = "us-east-1") =>
  new ProviderUnderTest(provider, { region }, rows, owner);
const document = (...statements: Properties[]) => ({ Version: "2012-10-17", Statement: statements });

describe("access keys", () => {
  const [user, key] = ["iam/user:User", "iam/accessKey:AccessKey"];

  it("come with a secret and the SMTP password that follows from it", async () => {
    const aws = account([], "one", "ca-central-1");
    await aws.create(user, { name: "mailer" });
    const { id, state } = await aws.create(key, { user: "mailer" });
    expect(id).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(state["secret"]).toMatch(/^[A-Za-z\d+/]{40}$/);
    expect(state["sesSmtpPasswordV4"]).toBe(sesSmtpPassword(plain(state["secret"]), "ca-central-1"));
  });

  it("keep their secret when they are switched off", async () => {
    const aws = account();
    await aws.create(user, { name: "mailer" });
    const made = await aws.create(key, { user: "mailer" });
    const off = aws.update(key, made, { user: "mailer", status: "Inactive" });
    expect(off.state).toMatchObject({ secret: made.state["secret"], status: "Inactive" });
  });

  it("need their user, and are two at most", async () => {
    const aws = account();
    await expect(aws.create(key, { user: "mailer" })).rejects.toThrow(/^NoSuchEntity: user "mailer"/);
    await aws.create(user, { name: "mailer" });
    await aws.create(key, { user: "mailer" });
    await aws.create(key, { user: "mailer" });
    await expect(aws.create(key, { user: "mailer" })).rejects.toThrow(/^LimitExceeded/);
  });

  it("keep their user from being deleted, unless forceDestroy was set", async () => {
    const aws = account();
    const mailer = await aws.create(user, { name: "mailer" });
    await aws.create(key, { user: "mailer" });
    expect(() => aws.delete(user, mailer.id)).toThrow(/^DeleteConflict: user mailer has 1 access key/);
    aws.update(user, mailer, { name: "mailer", forceDestroy: true });
    aws.delete(user, mailer.id);
    expect(aws.rows).toEqual([]);
  });
});

describe("policies", () => {
  const inline = "iam/userPolicy:UserPolicy";
  const identity = { Effect: "Allow", Action: "*", Resource: "*" };
  it.each([
    ["text that is no JSON", "{"],
    ["no statement", document()],
    ["an unknown version", { ...document(identity), Version: "2026-01-01" }],
    ["an effect that is neither Allow nor Deny", document({ ...identity, Effect: "allow" })],
    ["no action", document({ Effect: "Allow", Resource: "*" })],
    ["no resource", document({ Effect: "Allow", Action: "*" })],
    ["a principal, where the holder is meant", document({ ...identity, Principal: "*" })],
  ])("with %s are refused before anything changes", (_what, policy) => {
    expect(account().refused(inline, { name: "p", user: "u", policy })).toEqual(["policy"]);
  });

  it.each([
    ["the statements", { Version: "2012-10-17", Statement: UNKNOWN }],
    ["one statement", { Version: "2012-10-17", Statement: [UNKNOWN] }],
    ["parts of a statement", document({ Effect: UNKNOWN, Action: UNKNOWN, Resource: UNKNOWN })],
  ])("are accepted while %s are not known yet", (_what, policy) => {
    expect(account().refused(inline, { name: "p", user: "u", policy })).toEqual([]);
  });

  it("may be given as an object or as text, and are kept as text", async () => {
    const aws = account();
    await aws.create("iam/user:User", { name: "u" });
    for (const policy of [document(identity), JSON.stringify(document(identity))]) {
      const made = await aws.create(inline, { name: "p", user: "u", policy });
      expect(JSON.parse(plain(made.state["policy"]))).toEqual(document(identity));
      aws.delete(inline, made.id);
    }
  });

  it("that are attached are not deleted, nor is who holds them", async () => {
    const aws = account();
    const made = await aws.create("iam/policy:Policy", { name: "send", policy: document(identity) });
    const user = await aws.create("iam/user:User", { name: "u" });
    const inputs = { user: "u", policyArn: made.id };
    const attached = await aws.create("iam/userPolicyAttachment:UserPolicyAttachment", inputs);
    expect(() => aws.delete("iam/policy:Policy", made.id)).toThrow(/^DeleteConflict/);
    expect(() => aws.delete("iam/user:User", user.id)).toThrow(/^DeleteConflict/);
    aws.delete("iam/userPolicyAttachment:UserPolicyAttachment", attached.id);
    aws.delete("iam/policy:Policy", made.id);
    aws.delete("iam/user:User", user.id);
    expect(aws.rows).toEqual([]);
  });

  it("to attach must exist, or be AWS's own", async () => {
    const aws = account();
    await aws.create("iam/user:User", { name: "u" });
    const attach = (policyArn: string) =>
      aws.create("iam/userPolicyAttachment:UserPolicyAttachment", { user: "u", policyArn });
    await expect(attach("arn:aws:iam::000000000000:policy/none")).rejects.toThrow(/^NoSuchEntity: policyArn/);
    await expect(attach("arn:aws:iam::aws:policy/ReadOnlyAccess")).resolves.toBeDefined();
  });
});

describe("functions", () => {
  it("say whose account and which region it is", async () => {
    const aws = account([], "one", "ca-central-1");
    expect(await aws.invoke("getCallerIdentity", {})).toMatchObject({ accountId: "000000000000" });
    expect(await aws.invoke("getRegion", {})).toMatchObject({ region: "ca-central-1", name: "ca-central-1" });
  });

  it("write a policy document from statements, and merge others into it", async () => {
    const statements = [
      {
        sid: "Read",
        actions: ["s3:GetObject", "s3:ListBucket"],
        resources: ["*"],
        principals: [{ type: "AWS", identifiers: ["a"] }],
        conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["true"] }],
      },
    ];
    const override = JSON.stringify(document({ Sid: "Read", Effect: "Deny", Action: "*", Resource: "*" }));
    const written = await account().invoke("getPolicyDocument", { statements });
    expect(JSON.parse(plain(written["json"]))).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: ["s3:ListBucket", "s3:GetObject"],
          Resource: "*",
          Principal: { AWS: "a" },
          Condition: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
    });
    expect(JSON.parse(plain(written["minifiedJson"]))).toEqual(JSON.parse(plain(written["json"])));
    const merged = await account().invoke("getPolicyDocument", { statements, overridePolicyDocuments: [override] });
    expect(JSON.parse(plain(merged["json"])).Statement).toEqual([
      { Sid: "Read", Effect: "Deny", Action: "*", Resource: "*" },
    ]);
  });

  it("know CloudFront's own policies, and say which there are", async () => {
    const found = await account().invoke("getCachePolicy", { name: "Managed-CachingOptimized" });
    expect(found["id"]).toBe("658327ea-f89d-4fab-a63d-7e88639e58f6");
    await expect(account().invoke("getCachePolicy", { name: "Fast" })).rejects.toThrow(/Managed-CachingDisabled/);
  });
});
