// What ACM, CloudFront and Route 53 enforce: proved certificates in the right region, known origins, names without clashes.
import { describe, expect, it } from "vitest";
import type { Properties } from "../../local/providers/contract.ts";
import { provider } from "../../local/providers/aws/index.ts";
import { plain } from "../../local/providers/plain.ts";
import { objects } from "../../local/providers/shared/values.ts";
import { provider as tlsProvider } from "../../local/providers/tls/index.ts";
import { ProviderUnderTest } from "../support/provider-under-test.ts";

const account = () => new ProviderUnderTest(provider, { region: "us-east-1" });

describe("certificates", () => {
  const [certificate, validation] = ["acm/certificate:Certificate", "acm/certificateValidation:CertificateValidation"];
  const inputs = { domainName: "example.org", subjectAlternativeNames: ["*.example.org"], validationMethod: "DNS" };

  it("are proved by one CNAME for a domain and its wildcard", async () => {
    const { state } = await account().create(certificate, inputs);
    const options = objects(state, "domainValidationOptions");
    expect(options.map((option) => option["domainName"])).toEqual(["example.org", "*.example.org"]);
    expect(new Set(options.map((option) => option["resourceRecordName"])).size).toBe(1);
    expect(options[0]!["resourceRecordName"]).toMatch(/^_[\da-f]{32}\.example\.org\.$/);
    expect(state["status"]).toBe("PENDING_VALIDATION");
  });

  it("are issued by their validation, and only with the right records", async () => {
    const aws = account();
    const made = await aws.create(certificate, inputs);
    const wrong = { certificateArn: made.id, validationRecordFqdns: ["_wrong.example.org"] };
    await expect(aws.create(validation, wrong)).rejects.toThrow(/missing example.org DNS validation record/);
    const [option] = objects(made.state, "domainValidationOptions");
    await aws.create(validation, { certificateArn: made.id, validationRecordFqdns: [option!["resourceRecordName"]!] });
    expect(aws.stored(certificate, made.id)).toMatchObject({ status: "ISSUED", renewalEligibility: "ELIGIBLE" });
  });

  it("may be brought along", async () => {
    const tls = new ProviderUnderTest(tlsProvider);
    const key = await tls.create("PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const privateKey = plain(key.state["privateKeyPem"]);
    const cert = await tls.create("SelfSignedCert", {
      privateKeyPem: privateKey,
      subject: { commonName: "example.org" },
      dnsNames: ["example.org", "www.example.org"],
      validityPeriodHours: 24,
      allowedUses: [],
    });
    const made = await account().create(certificate, { privateKey, certificateBody: plain(cert.state["certPem"]) });
    expect(made.state).toMatchObject({
      domainName: "example.org",
      status: "ISSUED",
      subjectAlternativeNames: ["example.org", "www.example.org"],
      type: "IMPORTED",
    });
  });

  it.each([
    ["neither domain nor key", {}, "domainName"],
    ["domain and key", { domainName: "example.org", privateKey: "x", validationMethod: "DNS" }, "domainName"],
    ["no method", { domainName: "example.org" }, "validationMethod"],
    ["a domain with a dot at the end", { domainName: "example.org.", validationMethod: "DNS" }, "domainName"],
    [
      "an alternative that is no domain",
      { ...inputs, subjectAlternativeNames: ["http://x"] },
      "subjectAlternativeNames[0]",
    ],
  ])("with %s are refused by name", (_what, wrong, property) => {
    expect(account().refused(certificate, wrong as Properties)).toEqual([property]);
  });
});

describe("distributions", () => {
  const type = "cloudfront/distribution:Distribution";
  const inputs = {
    enabled: true,
    origins: [
      {
        originId: "media",
        domainName: "media.example.org",
        customOriginConfig: {
          httpPort: 80,
          httpsPort: 443,
          originProtocolPolicy: "https-only",
          originSslProtocols: ["TLSv1.2"],
        },
      },
    ],
    defaultCacheBehavior: {
      targetOriginId: "media",
      viewerProtocolPolicy: "https-only",
      allowedMethods: ["GET", "HEAD"],
      cachedMethods: ["GET", "HEAD"],
    },
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: { cloudfrontDefaultCertificate: true },
  };

  it("have an address of their own, which an update keeps", async () => {
    const aws = account();
    const made = await aws.create(type, inputs);
    expect(made.state["domainName"]).toMatch(/^d[a-z\d]{13}\.cloudfront\.net$/);
    expect(made.state["hostedZoneId"]).toBe("Z2FDTNDATAQYW2");
    const changed = aws.update(type, made, { ...inputs, comment: "media" });
    expect(changed.state["domainName"]).toBe(made.state["domainName"]);
    expect(changed.state["etag"]).not.toBe(made.state["etag"]);
  });

  it("take certificates from us-east-1 only, once they are issued", async () => {
    const aws = account();
    const use = (acmCertificateArn: string) =>
      aws.create(type, { ...inputs, viewerCertificate: { acmCertificateArn, sslSupportMethod: "sni-only" } });
    const near = await aws.create("acm/certificate:Certificate", {
      domainName: "a.example.org",
      validationMethod: "DNS",
    });
    const far = await aws.create("acm/certificate:Certificate", {
      domainName: "a.example.org",
      validationMethod: "DNS",
      region: "eu-west-1",
    });
    await expect(use(near.id)).rejects.toThrow(/PENDING_VALIDATION/);
    await expect(use(far.id)).rejects.toThrow(/not in us-east-1/);
    await aws.create("acm/certificateValidation:CertificateValidation", { certificateArn: near.id });
    const made = await use(near.id);
    expect(() => aws.delete("acm/certificate:Certificate", near.id)).toThrow(/^ResourceInUseException/);
    aws.delete(type, made.id);
    aws.delete("acm/certificate:Certificate", near.id);
  });

  it.each([
    [
      "an unknown origin",
      { defaultCacheBehavior: { ...inputs.defaultCacheBehavior, targetOriginId: "web" } },
      "defaultCacheBehavior.targetOriginId",
    ],
    [
      "an unknown protocol policy",
      { defaultCacheBehavior: { ...inputs.defaultCacheBehavior, viewerProtocolPolicy: "https" } },
      "defaultCacheBehavior.viewerProtocolPolicy",
    ],
    ["an unknown price class", { priceClass: "PriceClass_Cheap" }, "priceClass"],
    ["aliases under the default certificate", { aliases: ["media.example.org"] }, "aliases"],
    ["no certificate", { viewerCertificate: {} }, "viewerCertificate"],
    [
      "a nested property that does not exist",
      { restrictions: { geoRestriction: { restrictionType: "none", country: "CA" } } },
      "restrictions.geoRestriction.country",
    ],
  ])("with %s are refused by name", (_what, change, property) => {
    expect(account().refused(type, { ...inputs, ...change })).toEqual([property]);
  });
});

describe("DNS records", () => {
  const [zone, record] = ["route53/zone:Zone", "route53/record:Record"];

  it("get a whole name, however they are written", async () => {
    const aws = account();
    const { id: zoneId } = await aws.create(zone, { name: "example.org" });
    const fqdn = async (name: string, type: string) =>
      (await aws.create(record, { zoneId, name, type, ttl: 60, records: ["x"] })).state["fqdn"];
    expect(await fqdn("www", "A")).toBe("www.example.org");
    expect(await fqdn("Mail.example.org.", "A")).toBe("mail.example.org");
    expect(await fqdn("", "TXT")).toBe("example.org");
  });

  it("do not clash, and a CNAME stands alone", async () => {
    const aws = account();
    const { id: zoneId } = await aws.create(zone, { name: "example.org" });
    const add = (type: string, extra: Properties = {}) =>
      aws.create(record, { zoneId, name: "www", type, ttl: 60, records: ["x"], ...extra });
    await add("A");
    await add("AAAA");
    await expect(add("A")).rejects.toThrow(/^InvalidChangeBatch/);
    await expect(add("CNAME")).rejects.toThrow(/^InvalidChangeBatch/);
  });

  it("keep their zone from being deleted, unless forceDestroy was set", async () => {
    const aws = account();
    const made = await aws.create(zone, { name: "example.org" });
    await aws.create(record, { zoneId: made.id, name: "www", type: "A", ttl: 60, records: ["192.0.2.1"] });
    expect(() => aws.delete(zone, made.id)).toThrow(/^HostedZoneNotEmpty/);
    const kept = aws.update(zone, made, { name: "example.org", forceDestroy: true });
    expect(kept.state["nameServers"]).toEqual(made.state["nameServers"]);
    aws.delete(zone, made.id);
    expect(aws.rows).toEqual([]);
  });

  it.each([
    ["an unknown type", { type: "AA", ttl: 60, records: ["x"] }, "type"],
    ["neither values nor alias", { type: "A" }, "records"],
    ["values without lifetime", { type: "A", records: ["x"] }, "ttl"],
  ])("with %s are refused by name", (_what, rest, property) => {
    expect(account().refused(record, { zoneId: "Z", name: "www", ...rest })).toEqual([property]);
  });
});
