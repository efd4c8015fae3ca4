// What the program registers with each way of serving the zone and of getting certificates.
import { beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/secret.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { credentials, stackFile } from "../stacks.ts";
import { certificateMaker } from "../support/certificate-samples.ts";
import { recordProgram, type Recorded, type Recording } from "../../src/dump/record.ts";

const maker = await certificateMaker();
const uses = { edge: ["social.example", "streaming.social.example"], media: 1, assets: 1, docs: 1 };

async function uploads(...names: (keyof typeof uses)[]) {
  const entries = names.map(async (use) => {
    const hosts = use === "edge" ? uses.edge : [`${use}.social.example`];
    const { certificate, chain, privateKey } = await maker.leaf(hosts);
    const secrets = {
      certificate: new Secret(certificate),
      chain: new Secret(chain),
      privateKey: new Secret(privateKey),
    };
    return [use, secrets] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The production program with other kinds. */
async function record(settings: RawSettings, certificates: unknown = {}): Promise<Recording> {
  return recordProgram({ ...stackFile("prod"), ...settings, secrets: { ...credentials, certificates } });
}

const ofType = (recording: Recording, type: string): readonly Recorded[] =>
  recording.registrations.filter((registration) => registration.type.endsWith(`:${type}`));
const named = (registrations: readonly Recorded[], name: string) =>
  registrations.find((registration) => registration.name === name)?.inputs;

interface DnsOutput {
  readonly nameServers: readonly string[];
  readonly records: readonly { readonly fqdn: string; readonly type: string; readonly zoneFile: string }[];
}

function dnsOutput({ outputs }: Recording): DnsOutput {
  const { nameServers, records }: DnsOutput = JSON.parse(JSON.stringify(outputs["dns"]));
  return { nameServers, records };
}

describe("a zone at Route 53", () => {
  let recording: Recording;
  beforeAll(async () => {
    const extraRecords = {
      site: { type: "TXT", name: "@", value: "site=1" },
      mx: { type: "MX", name: "@", value: "mx.example.org", priority: 5 },
    };
    recording = await record(
      { dns: { kind: "route53", extraRecords }, certificates: { kind: "uploaded" } },
      await uploads("edge", "media", "assets", "docs"),
    );
  });

  it("is made and protected there, and nothing of it at DigitalOcean", () => {
    const [zone, ...others] = recording.registrations.filter(({ type }) => type === "aws:route53/zone:Zone");
    expect(others).toEqual([]);
    expect(zone).toMatchObject({ protect: true, inputs: { name: "social.example" } });
    expect([...ofType(recording, "Domain"), ...ofType(recording, "DnsRecord")]).toEqual([]);
    expect(dnsOutput(recording).nameServers).toHaveLength(4);
  });

  it("has one record set for each name and type, with whole names", () => {
    const sets = ofType(recording, "Record");
    expect(named(sets, "records-@-txt")).toMatchObject({
      name: "social.example",
      type: "TXT",
      ttl: 1800,
      records: ["v=spf1 include:amazonses.com -all", "site=1"],
    });
    expect(named(sets, "records-@-a")).toMatchObject({ type: "A", records: ["203.0.113.10"] });
    expect(named(sets, "records-@-aaaa")).toMatchObject({ type: "AAAA", records: ["2001:db8:113::a"] });
    expect(named(sets, "records-@-mx")).toMatchObject({ records: ["5 mx.example.org."] });
    const media = sets.filter(({ inputs }) => inputs["name"] === "media.social.example");
    expect(media.map(({ inputs }) => inputs["type"])).toEqual(["CNAME"]);
    const places = sets.map(({ inputs }) => `${String(inputs["type"])} ${String(inputs["name"])}`);
    expect(places).toHaveLength(new Set(places).size);
  });

  it("takes uploaded certificates, with secret texts and a fingerprint in each name", () => {
    const certificates = ofType(recording, "Certificate").filter(({ custom }) => custom);
    expect(certificates.map(({ name }) => name)).toEqual([
      "certificate-assets-certificate",
      "certificate-docs-certificate",
      "certificate-edge-certificate",
      "certificate-media-certificate",
    ]);
    for (const { inputs, options } of certificates) {
      expect(inputs).toMatchObject({ type: "custom", leafCertificate: "[secret]", privateKey: "[secret]" });
      expect(inputs["name"]).toMatch(/^social-(edge|media|assets|docs)-[0-9a-f]{8}$/);
      expect(options["deleteBeforeReplace"]).toBe(false);
    }
  });
});

it("an existing zone at Route 53 is used and not made", async () => {
  const settings = { dns: { kind: "route53", route53: { zoneId: "Z0123456789" } }, certificates: { kind: "uploaded" } };
  const recording = await record({ ...settings, cdn: { kind: "cloudfront" } }, await uploads("edge"));
  expect(ofType(recording, "Zone").filter(({ custom }) => custom)).toEqual([]);
  for (const { inputs } of ofType(recording, "Record")) expect(inputs["zoneId"]).toBe("Z0123456789");
});

describe("a zone elsewhere", () => {
  let recording: Recording;
  beforeAll(async () => {
    const domains = { local: "social.example", media: "files.elsewhere.example" };
    const dns = { kind: "external", ipv6: false };
    const settings = { domains, dns, certificates: { kind: "uploaded" }, cdn: { kind: "cloudfront" } };
    recording = await record(settings, await uploads("edge"));
  });

  it("makes no zone and no record anywhere", () => {
    const made = ["Zone", "Domain", "DnsRecord", "Record"].flatMap((type) => ofType(recording, type));
    expect(made.filter(({ custom }) => custom)).toEqual([]);
  });

  it("gives the records to create away, with whole names and without AAAA where no IPv6 is wanted", () => {
    const { records, nameServers } = dnsOutput(recording);
    expect(nameServers).toEqual([]);
    expect(records).toContainEqual(
      expect.objectContaining({ fqdn: "social.example", type: "A", zoneFile: "203.0.113.10" }),
    );
    expect(records).toContainEqual(expect.objectContaining({ fqdn: "files.elsewhere.example", type: "CNAME" }));
    expect(records).toContainEqual(expect.objectContaining({ fqdn: "_dmarc.social.example", type: "TXT" }));
    expect(records.filter(({ type }) => type === "AAAA")).toEqual([]);
  });

  it("asks for a load balancer without IPv6", () => {
    const [balancer] = ofType(recording, "Service").filter(({ name }) => name.endsWith("edge-service"));
    expect(JSON.stringify(balancer?.inputs)).toContain('do-loadbalancer-network-stack":"IPV4"');
  });
});

describe("a certificate that the cluster gets", () => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await record({ certificates: { kind: "acme" } });
  });
  const inputs = (type: string, name: string) => named(ofType(recording, type), name);

  it("needs no certificate of DigitalOcean's for the site, but those of the CDN", () => {
    const certificates = ofType(recording, "Certificate").filter(({ type }) => type.startsWith("digitalocean:"));
    expect(certificates.map(({ name }) => name)).toEqual(
      ["assets", "docs", "media"].map((use) => `certificate-${use}-certificate`),
    );
  });

  it("lets the load balancer pass bytes on with the client's address, to a port that speaks TLS", () => {
    const service = JSON.stringify(inputs("Service", "mastodon-edge-service"));
    expect(service).toContain('do-loadbalancer-protocol":"tcp"');
    expect(service).toContain('do-loadbalancer-enable-proxy-protocol":"true"');
    expect(service).toContain('"port":443,"targetPort":"https"');
    expect(service).not.toContain("certificate-name");
  });

  it("is asked for once the records are there", () => {
    const certificate = ofType(recording, "Certificate").find(({ type }) => type.startsWith("kubernetes:"));
    expect(certificate).toMatchObject({
      type: "kubernetes:cert-manager.io/v1:Certificate",
      name: "edge-certificate-certificate",
      inputs: { spec: { secretName: "edge-certificate", dnsNames: ["social.example", "streaming.social.example"] } },
    });
  });

  it("proves the host names over HTTP through the edge, at an address that never leaves the cluster", () => {
    expect(inputs("Service", "mastodon-edge-inside")).toMatchObject({ spec: { clusterIP: "10.101.0.80" } });
    expect(JSON.stringify(inputs("Deployment", "cert-manager-cert-manager"))).toContain(
      '"hostAliases":[{"hostnames":["social.example","streaming.social.example"],"ip":"10.101.0.80"}]',
    );
    expect(JSON.stringify(inputs("Issuer", "edge-certificate-issuer"))).toContain('"http01"');
  });

  it("needs no webhook of cert-manager's in Mastodon's namespace, where there is none yet at first", () => {
    expect(inputs("Namespace", "mastodon-namespace")).toMatchObject({
      metadata: { labels: { "cert-manager.io/disable-validation": "true" } },
    });
  });

  it("opens the flows of the proofs, and only them", () => {
    const policies = ofType(recording, "NetworkPolicy").map(({ name }) => name);
    expect(policies).toContain("mastodon-guardrails-edge-tls");
    expect(inputs("NetworkPolicy", "mastodon-guardrails-certificate-proofs")).toMatchObject({ spec: { egress: [] } });
  });

  it("shuts cert-manager's namespace but for the API server, the authority and the edge", () => {
    expect(inputs("NetworkPolicy", "cert-manager-default-deny-policy")).toMatchObject({
      metadata: { namespace: "cert-manager" },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
    expect(inputs("NetworkPolicy", "cert-manager-controller-policy")).toMatchObject({
      spec: {
        ingress: [],
        egress: [{ ports: [{ port: 53 }, { port: 53 }] }, { ports: [{ port: 443 }] }, { ports: [{ port: 8081 }] }],
      },
    });
    expect(inputs("CiliumNetworkPolicy", "cert-manager-from-api-server-policy")).toMatchObject({
      spec: {
        endpointSelector: { matchLabels: { "app.kubernetes.io/component": "webhook" } },
        ingress: [{ toPorts: [{ ports: [{ port: "10250" }] }] }],
      },
    });
  });
});

it("a certificate proved by DNS gives the cluster a login for the proofs' names alone", async () => {
  const settings = {
    dns: { kind: "route53" },
    certificates: { kind: "acme", acme: { challenge: "dns-01" } },
    cdn: { kind: "cloudfront" },
  };
  const recording = await record(settings);
  const policy = String(named(ofType(recording, "UserPolicy"), "edge-certificate-policy")?.["policy"]);
  expect(policy).toContain('"_acme-challenge.social.example","_acme-challenge.streaming.social.example"');
  expect(named(ofType(recording, "Secret"), "edge-certificate-login")).toMatchObject({ stringData: "[secret]" });
  const issuer = named(ofType(recording, "Issuer"), "edge-certificate-issuer");
  expect(issuer).toMatchObject({ spec: { acme: { solvers: [{ dns01: { route53: { region: "ca-central-1" } } }] } } });
});

it("nothing of cert-manager is there unless the settings want it", async () => {
  const { registrations } = await record({});
  expect(
    registrations.filter(({ name, type }) => /cert-manager|^edge-certificate/.test(name) || /cert-manager/.test(type)),
  ).toEqual([]);
});

it.each(["digitalocean", "route53"])("a certificate waits for who may issue it, in a zone at %s", async (kind) => {
  const recording = await record({ dns: { kind }, certificates: { kind: "acme" }, cdn: { kind: "cloudfront" } });
  const validation = recording.registrations.find(({ name }) => name === "cdn-media-certificate-validation");
  const waitsFor = validation?.options.dependsOn?.map((urn) => urn.split("::").at(-1));
  const records = recording.registrations.filter(({ name }) => name.startsWith("records-"));
  const issuers = records.filter(({ inputs }) => inputs["type"] === "CAA").map(({ name }) => name);
  expect(issuers.length).toBeGreaterThan(0);
  expect(waitsFor).toEqual(expect.arrayContaining(issuers));
  // All others follow the distribution, which follows the certificate.
  expect(waitsFor?.filter((name) => name?.startsWith("records-"))).toHaveLength(issuers.length);
});

it("extra records stand beside the server's at DigitalOcean", async () => {
  const extraRecords = { git: { type: "A", name: "git", value: "192.0.2.1", ttl: 300 } };
  const recording = await record({ dns: { extraRecords } });
  expect(named(ofType(recording, "DnsRecord"), "records-extra-git")).toMatchObject({
    domain: "social.example",
    name: "git",
    ttl: 300,
    value: "192.0.2.1",
  });
});

it("a combination that cannot be had is refused before anything is registered", async () => {
  await expect(record({ dns: { kind: "external" } })).rejects.toThrow(
    'mastodon:certificates.kind: "managed" needs the zone at DigitalOcean',
  );
});
