// Certificates: which combinations can be had, and whether an uploaded one will be taken by browsers.
import { describe, expect, it } from "vitest";
import {
  certificateParts,
  daysLeft,
  fingerprintOf,
  inspectCertificate,
} from "../../components/certificates/inspect.ts";
import { certificateSource } from "../../src/certificate-sources.ts";
import {
  assertCertificatesPossible,
  assertChallengePossible,
  assertNoFurtherProxies,
  assertUploadsGiven,
  assertUploadsUsable,
  certificateWarnings,
} from "../../src/rules/certificates.ts";
import { Secret } from "../../src/secret.ts";
import { parseSettings } from "../../src/settings.ts";
import type { Settings } from "../../src/settings-schema.ts";
import { stackFile, withSecrets } from "../stacks.ts";
import { certificateMaker, type SamplePem } from "../support/certificate-samples.ts";

const prod = parseSettings(withSecrets(stackFile("prod")));
const now = new Date("2026-11-23T12:00:00Z");
const maker = await certificateMaker(now);
const hosts = ["social.example", "streaming.social.example"];
const good = await maker.leaf(hosts);

type Kinds = readonly [Settings["dns"]["kind"], Settings["certificates"]["kind"], Settings["cdn"]["kind"]];

function withKinds([dns, certificates, cdn]: Kinds): Settings {
  return {
    ...prod,
    dns: { ...prod.dns, kind: dns },
    certificates: { ...prod.certificates, kind: certificates },
    cdn: { ...prod.cdn, kind: cdn },
  };
}

const asSecrets = ({ certificate, chain, privateKey }: SamplePem) => ({
  certificate: new Secret(certificate),
  chain: new Secret(chain),
  privateKey: new Secret(privateKey),
});

/** Uploaded for the site alone: the CDN is Amazon's. */
function withEdge(pem: SamplePem): Settings {
  return {
    ...withKinds(["external", "uploaded", "cloudfront"]),
    secrets: { ...prod.secrets, certificates: { edge: asSecrets(pem) } },
  };
}

describe("a combination of DNS, certificates and CDN", () => {
  // Sources of edge and media, or why there are none. Facts: digitalocean.md, trap 18.
  const no = "needs the zone at DigitalOcean";
  it.each<[Kinds, string]>([
    [["digitalocean", "managed", "spaces"], "managed managed"],
    [["digitalocean", "managed", "cloudfront"], "managed cdn"],
    [["digitalocean", "uploaded", "spaces"], "uploaded uploaded"],
    [["digitalocean", "uploaded", "cloudfront"], "uploaded cdn"],
    [["digitalocean", "acme", "spaces"], "acme managed"],
    [["digitalocean", "acme", "cloudfront"], "acme cdn"],
    [["route53", "managed", "spaces"], no],
    [["route53", "managed", "cloudfront"], no],
    [["route53", "uploaded", "spaces"], "uploaded uploaded"],
    [["route53", "uploaded", "cloudfront"], "uploaded cdn"],
    [["route53", "acme", "spaces"], "acme uploaded"],
    [["route53", "acme", "cloudfront"], "acme cdn"],
    [["external", "managed", "spaces"], no],
    [["external", "managed", "cloudfront"], no],
    [["external", "uploaded", "spaces"], "uploaded uploaded"],
    [["external", "uploaded", "cloudfront"], "uploaded cdn"],
    [["external", "acme", "spaces"], "acme uploaded"],
    [["external", "acme", "cloudfront"], "acme cdn"],
  ])("%o is %s", (kinds, expected) => {
    const settings = withKinds(kinds);
    const [problem] = assertCertificatesPossible(settings);
    if (expected !== no) {
      expect(problem).toBeUndefined();
      expect(`${certificateSource("edge", settings)} ${certificateSource("media", settings)}`).toBe(expected);
      return;
    }
    expect(problem).toMatchObject({ path: "certificates.kind", value: "managed" });
    expect(problem?.message).toContain(`${no}, but dns.kind is ${kinds[0]}; allowed with it: uploaded`);
    expect(problem?.message).toContain("acme");
  });

  it("proves by DNS where the cluster can write the zone", () => {
    const acme = { ...prod.certificates.acme, challenge: "dns-01" as const };
    const challenge = (kinds: Kinds) => {
      const settings = withKinds(kinds);
      return assertChallengePossible({ ...settings, certificates: { ...settings.certificates, acme } });
    };
    expect(challenge(["route53", "acme", "cloudfront"])).toEqual([]);
    expect(challenge(["digitalocean", "managed", "spaces"])).toEqual([]);
    expect(challenge(["external", "acme", "cloudfront"])).toMatchObject([{ path: "certificates.acme.challenge" }]);
  });
});

it("TLS that ends in the cluster allows no proxy in front of the load balancer", () => {
  const mastodon = { ...prod.mastodon, trustedProxies: ["192.0.2.0/24"] };
  const acme = withKinds(["digitalocean", "acme", "spaces"]);
  expect(assertNoFurtherProxies({ ...acme, mastodon })).toMatchObject([{ path: "mastodon.trustedProxies" }]);
  expect([...assertNoFurtherProxies(acme), ...assertNoFurtherProxies({ ...prod, mastodon })]).toEqual([]);
});

describe("uploaded certificates", () => {
  it("must all be there, and none besides", () => {
    const missing = assertUploadsGiven(withKinds(["external", "uploaded", "spaces"]));
    expect(missing.map(({ path }) => path)).toEqual(
      ["edge", "media", "assets", "docs"].map((use) => `secrets.certificates.${use}`),
    );
    expect(missing[0]?.message).toContain("pulumi config set --secret --path mastodon:secrets.certificates.edge");
    expect(assertUploadsGiven(withEdge(good))).toEqual([]);
    const secrets = { ...prod.secrets, certificates: { docs: asSecrets(good) } };
    expect(assertUploadsGiven({ ...prod, secrets })).toMatchObject([{ path: "secrets.certificates.docs" }]);
  });

  it("are taken when they are whole, for all hosts and in force", () => {
    expect(assertUploadsUsable(withEdge(good), now)).toEqual([]);
    expect(inspectCertificate({ ...good, chain: undefined }, hosts, now)).toEqual([]);
  });

  it("are taken with a wildcard, which covers one label", async () => {
    const wildcard = await maker.leaf(["social.example", "*.social.example"]);
    expect(inspectCertificate(wildcard, hosts, now)).toEqual([]);
    expect(inspectCertificate(wildcard, ["a.b.social.example"], now)).toHaveLength(1);
  });

  it("are left alone where a stack file was read without its passphrase", () => {
    const unread = { certificate: new Secret(), chain: undefined, privateKey: new Secret() };
    const settings = { ...withEdge(good), secrets: { ...prod.secrets, certificates: { edge: unread } } };
    expect(assertUploadsUsable(settings, now)).toEqual([]);
  });

  it.each<[string, () => Promise<SamplePem>, string, string]>([
    ["no PEM", async () => ({ ...good, certificate: "certificate" }), "certificate", "BEGIN CERTIFICATE"],
    ["a key that is none", async () => ({ ...good, privateKey: "key" }), "privateKey", "BEGIN PRIVATE KEY"],
    [
      "another's key",
      async () => ({ ...good, privateKey: (await maker.leaf(hosts)).privateKey }),
      "privateKey",
      "does not belong to the certificate",
    ],
    ["a host left out", () => maker.leaf(["social.example"]), "certificate", "does not cover streaming.social.example"],
    ["an end in the past", () => maker.leaf(hosts, -1), "certificate", "ended on 2026-11-22"],
    ["the authority's", async () => ({ ...good, certificate: maker.middle }), "certificate", "an authority's"],
    [
      "a chain that begins at the root",
      async () => ({ ...good, chain: maker.root + maker.middle }),
      "chain",
      "not in order",
    ],
  ])("are refused with %s", async (_what, pem, part, message) => {
    const found = assertUploadsUsable(withEdge(await pem()), now);
    expect(found).toContainEqual({
      path: `secrets.certificates.edge.${part}`,
      message: expect.stringContaining(message),
    });
    for (const problem of found) expect(problem).not.toHaveProperty("value");
  });

  it("may carry their chain behind the certificate, and it is sent once", () => {
    const joined = certificateParts({ ...good, certificate: good.certificate + "\n" + maker.middle });
    expect(joined).toEqual(certificateParts(good));
    expect(joined.leaf.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(joined.chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
  });

  it("have a fingerprint of their own, so that a renewed one stands beside the old", async () => {
    expect(fingerprintOf(good)).toMatch(/^[0-9a-f]{8}$/);
    expect(fingerprintOf(good)).not.toBe(fingerprintOf(await maker.leaf(hosts)));
  });

  it("are warned of in their last weeks", async () => {
    expect(daysLeft(good, now)).toBe(90);
    expect(certificateWarnings(withEdge(good), now)).toEqual([]);
    expect(certificateWarnings(withEdge(await maker.leaf(hosts, 20)), now)).toEqual([
      expect.stringContaining("secrets.certificates.edge.certificate: ends in 20 days"),
    ]);
  });
});
