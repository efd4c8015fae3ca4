// What the mocks answer: each type's computed outputs, and an error for every call that nobody thought of.
import { createECDH, createPrivateKey } from "node:crypto";
import { isRecord } from "../../src/plain.ts";
import type { MockCallArgs, MockResourceArgs, MockResourceResult } from "@pulumi/pulumi/runtime/mocks.js";

type Inputs = Record<string, unknown>;
type Answer = (inputs: Inputs, name: string) => Inputs;

const secretText = (what: string) => `mock-${what}`;

/** Always the same P-256 key, so that golden files do not change. */
function fixedPrivateKey(): string {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(Buffer.alloc(32, 7));
  const [x, y] = [ecdh.getPublicKey().subarray(1, 33), ecdh.getPublicKey().subarray(33)];
  const [d64, x64, y64] = [ecdh.getPrivateKey(), x, y].map((bytes) => bytes.toString("base64url"));
  const key = { kty: "EC", crv: "P-256", d: d64, x: x64, y: y64 };
  return String(createPrivateKey({ key, format: "jwk" }).export({ type: "sec1", format: "pem" }));
}

const answers: Readonly<Record<string, Answer>> = {
  "aws:iam/accessKey:AccessKey": () => ({ secret: secretText("aws"), sesSmtpPasswordV4: secretText("smtp") }),
  "aws:s3/bucket:Bucket": ({ bucket }) => ({ arn: `arn:aws:s3:::${String(bucket)}` }),
  "aws:sesv2/configurationSet:ConfigurationSet": ({ configurationSetName }) => ({
    arn: `arn:aws:ses:ca-central-1:123456789012:configuration-set/${String(configurationSetName)}`,
  }),
  "aws:sesv2/emailIdentity:EmailIdentity": ({ emailIdentity }) => ({
    arn: `arn:aws:ses:ca-central-1:123456789012:identity/${String(emailIdentity)}`,
    dkimSigningAttributes: { tokens: ["dkim1", "dkim2", "dkim3"] },
  }),
  "digitalocean:index/cdn:Cdn": ({ origin }) => ({ endpoint: String(origin).replace(".digital", ".cdn.digital") }),
  "digitalocean:index/databaseCluster:DatabaseCluster": ({ name }) => ({
    clusterUrn: `do:dbaas:${String(name)}`,
    privateHost: `private-${String(name)}.db.example`,
    port: 25060,
    user: "doadmin",
    password: secretText("admin"),
    privateUri: `rediss://default:${secretText("valkey")}@private-${String(name)}.db.example:25061`,
  }),
  "digitalocean:index/databaseConnectionPool:DatabaseConnectionPool": () => ({ port: 25061 }),
  "digitalocean:index/databaseUser:DatabaseUser": () => ({ password: secretText("user") }),
  "digitalocean:index/domain:Domain": ({ name }) => ({ domainUrn: `do:domain:${String(name)}` }),
  "digitalocean:index/kubernetesCluster:KubernetesCluster": ({ name }) => ({
    clusterUrn: `do:kubernetes:${String(name)}`,
    endpoint: "https://cluster.example",
    kubeConfigs: [{ rawConfig: "apiVersion: v1\nkind: Config\n" }],
  }),
  "digitalocean:index/spacesBucket:SpacesBucket": ({ name, region }) => ({
    bucketUrn: `do:space:${String(name)}`,
    bucketDomainName: `${String(name)}.${String(region)}.digitaloceanspaces.com`,
  }),
  "digitalocean:index/spacesKey:SpacesKey": ({ name }) => ({
    accessKey: `key-of-${String(name)}`,
    secretKey: secretText("spaces"),
  }),
  "kubernetes:core/v1:Service": ({ spec }) =>
    isRecord(spec) && spec["type"] === "LoadBalancer"
      ? { status: { loadBalancer: { ingress: [{ ip: "203.0.113.10" }] } } }
      : {},
  "random:index/randomPassword:RandomPassword": () => ({ result: "a".repeat(32) }),
  "random:index/randomBytes:RandomBytes": ({ length }) => ({
    hex: "ab".repeat(Number(length)),
    base64: Buffer.alloc(Number(length), 1).toString("base64"),
  }),
  "tls:index/privateKey:PrivateKey": () => ({ privateKeyPem: fixedPrivateKey() }),
  "tailscale:index/tailnetKey:TailnetKey": () => ({ key: secretText("tailnet-key") }),
};

/** The inputs, and what the cloud would add. */
export function answerResource({ type, name, inputs }: MockResourceArgs): MockResourceResult {
  return { id: `${name}-id`, state: { ...inputs, ...answers[type]?.(inputs, name) } };
}

/** The calls that the program makes. The stack was never brought up. */
export function answerCall({ token }: MockCallArgs): Inputs {
  if (token === "pulumi:pulumi:readStackOutputs") return { outputs: {} };
  if (token === "digitalocean:index/getDatabaseCa:getDatabaseCa")
    return { certificate: "-----BEGIN CERTIFICATE-----\n" };
  throw new Error(`the mocks know no call ${token}`);
}
