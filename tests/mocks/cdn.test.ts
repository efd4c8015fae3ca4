import { beforeAll, describe, expect, it } from "vitest";
import { violations } from "../../policies/rules.ts";
import { outputsSchema } from "../../src/outputs.ts";
import { Secret } from "../../src/secret.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { credentials, stackFile, withSecrets } from "../stacks.ts";
import { recordProgram, type Recorded, type Recording } from "../../src/dump/record.ts";

const token = "do-purge-token";

function settings(cdn: Record<string, unknown>, secrets = {}, more: RawSettings = {}): RawSettings {
  return { ...withSecrets(stackFile("prod")), secrets: { ...credentials, ...secrets }, cdn, ...more };
}

const purgeToken = { cdnPurge: { token: new Secret(token) } };

const named = ({ registrations }: Recording, name: string): Recorded | undefined =>
  registrations.find((registration) => registration.custom && registration.name === name);
const namesLike = ({ registrations }: Recording, pattern: RegExp): string[] =>
  registrations.filter(({ type }) => pattern.test(type)).map(({ name }) => name);

describe("the CDN of kind spaces", () => {
  let recording: Recording;

  beforeAll(async () => {
    recording = await recordProgram(settings({}));
  });

  it("is the default, and needs nothing of Amazon's CDN", () => {
    expect(namesLike(recording, /:Cdn$/)).toEqual(["cdn-assets-cdn", "cdn-docs-cdn", "cdn-media-cdn"]);
    expect(namesLike(recording, /^aws:(cloudfront|acm)\//)).toEqual([]);
    expect(namesLike(recording, /^pulumi:providers:aws$/)).not.toContain("aws-us-east-1");
  });

  it("gives its certificate by name, its own host and the largest time that is allowed for hashed files", () => {
    expect(named(recording, "cdn-assets-cdn")?.inputs).toMatchObject({
      customDomain: "assets.social.example",
      certificateName: expect.stringMatching(/^social-assets-/),
      ttl: 604_800,
    });
    expect(named(recording, "cdn-media-cdn")?.inputs).not.toHaveProperty("certificateId");
  });

  it("tells Mastodon nothing of a purge service, and makes none", () => {
    expect(JSON.stringify(recording.registrations.map(({ inputs }) => inputs))).not.toMatch(/CACHE_BUSTER|cdn-purge/);
  });
});

describe("the CDN of kind cloudfront", () => {
  let recording: Recording;
  const mediaId = (): string => outputsSchema.shape.cdn.parse(recording.outputs["cdn"]).media.id;

  beforeAll(async () => {
    recording = await recordProgram(settings({ kind: "cloudfront", purge: { enabled: true } }));
  });

  it("takes the place of DigitalOcean's CDN and of its certificates", () => {
    expect(namesLike(recording, /^digitalocean:index\/cdn:Cdn$/)).toEqual([]);
    expect(namesLike(recording, /^digitalocean:index\/certificate:Certificate$/)).toEqual([
      "certificate-edge-certificate",
    ]);
    expect(namesLike(recording, /^aws:cloudfront\/distribution:Distribution$/)).toHaveLength(3);
  });

  it("lives where CloudFront takes certificates from", () => {
    const amazon = recording.registrations.filter(({ type }) => /^aws:(cloudfront|acm)\//.test(type));
    expect(amazon.length).toBeGreaterThan(10);
    for (const { name, provider } of amazon) expect(provider, name).toBe("aws-us-east-1");
  });

  it("waits with each certificate until its proof is in the zone, and the record that lets Amazon issue it", () => {
    for (const use of ["media", "assets", "docs"]) {
      const proof = named(recording, `cdn-${use}-proofs-${use}-social-example`);
      expect(proof?.inputs).toMatchObject({
        type: "CNAME",
        name: expect.stringMatching(new RegExp(`^_[0-9a-f]+\\.${use}$`)),
        value: expect.stringMatching(/^_[0-9a-f]+\.acm-validations\.aws\.$/),
      });
      const validation = named(recording, `cdn-${use}-certificate-validation`);
      expect(validation?.inputs).toEqual({
        certificateArn: expect.stringContaining(":acm:us-east-1:"),
        validationRecordFqdns: [`${String(proof?.inputs["name"])}.social.example`],
      });
      const waitsFor = [validation?.options.dependsOn].flat();
      expect(waitsFor.map((urn) => urn?.split("::").at(-1))).toEqual([
        `cdn-${use}-proofs-${use}-social-example`,
        "records-caa",
        "records-caa-amazon-com",
        "dns-domain",
      ]);
    }
  });

  it("lets nothing but the path reach the bucket, over TLS 1.2, and serves no list of the bucket", () => {
    expect(named(recording, "cdn-media-distribution")?.inputs).toMatchObject({
      aliases: ["media.social.example"],
      defaultRootObject: "uptime.txt",
      httpVersion: "http2and3",
      isIpv6Enabled: true,
      priceClass: "PriceClass_100",
      origins: [
        {
          domainName: "social-example-media.nyc3.digitaloceanspaces.com",
          customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] },
        },
      ],
      defaultCacheBehavior: { allowedMethods: ["GET", "HEAD", "OPTIONS"], compress: true },
      viewerCertificate: { minimumProtocolVersion: "TLSv1.2_2021", sslSupportMethod: "sni-only" },
    });
    const none = { cookiesConfig: { cookieBehavior: "none" }, headersConfig: { headerBehavior: "none" } };
    expect(named(recording, "cdn-media-caching")?.inputs).toMatchObject({
      defaultTtl: 86_400,
      maxTtl: 86_400,
      parametersInCacheKeyAndForwardedToOrigin: { ...none, queryStringsConfig: { queryStringBehavior: "none" } },
    });
  });

  it("never signs what it asks of the bucket, which would open the media of suspended people", () => {
    expect(namesLike(recording, /OriginAccess/)).toEqual([]);
    const text = JSON.stringify(named(recording, "cdn-media-distribution")?.inputs);
    expect(text).not.toMatch(/originAccess|s3OriginConfig|customHeaders/);
  });

  it("adds CORS to every answer, and forbids media to run anything", () => {
    const cors = { accessControlAllowOrigins: { items: ["*"] }, originOverride: true };
    const policy = { contentSecurityPolicy: "default-src 'none'; form-action 'none'", override: true };
    expect(named(recording, "cdn-media-headers")?.inputs).toMatchObject({
      corsConfig: cors,
      securityHeadersConfig: { contentTypeOptions: { override: true }, contentSecurityPolicy: policy },
    });
    expect(named(recording, "cdn-assets-headers")?.inputs).toMatchObject({ corsConfig: cors });
    expect(named(recording, "cdn-docs-headers")?.inputs["securityHeadersConfig"]).not.toHaveProperty(
      "contentSecurityPolicy",
    );
  });

  it("knows folders for the documentation alone", () => {
    expect(namesLike(recording, /^aws:cloudfront\/function:Function$/)).toEqual(["cdn-docs-folders"]);
    expect(named(recording, "cdn-docs-distribution")?.inputs).toMatchObject({ defaultRootObject: "index.html" });
  });

  it("lets the purge service invalidate the media's distribution and nothing else", () => {
    const policy: unknown = JSON.parse(String(named(recording, "cdn-purge-user-policy")?.inputs["policy"]));
    expect(policy).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "cloudfront:CreateInvalidation",
          Resource: expect.stringMatching(new RegExp(`:distribution/${mediaId()}$`)),
        },
      ],
    });
    expect(podOf(recording)).toContain(
      `{"name":"CDN_ID","value":"${mediaId()}"},{"name":"CDN_KIND","value":"cloudfront"}`,
    );
  });

  it("gives the same outputs as DigitalOcean's", () => {
    const { cdn } = recording.outputs;
    expect(outputsSchema.shape.cdn.parse(cdn).media).toEqual({
      kind: "cloudfront",
      id: expect.stringMatching(/^E[A-Z0-9]{13}$/),
      domain: "media.social.example",
      endpoint: expect.stringMatching(/^d[0-9a-f]+\.cloudfront\.net$/),
      origin: "social-example-media.nyc3.digitaloceanspaces.com",
      certificate: expect.stringContaining(":acm:us-east-1:"),
    });
  });

  it("breaks no policy, and every resource has a provider and a component of ours", () => {
    for (const { type, name, custom, provider, parents, ...rest } of recording.registrations) {
      if (!custom || type.startsWith("pulumi:providers:")) continue;
      expect(provider, name).toBeDefined();
      expect(parents.at(-1), name).toMatch(/^mastodon:[a-z]+:[A-Z]/);
      const hasComponentParent = parents.length > 0;
      const found = violations({ type, name, custom, ...rest, hasComponentParent }, { protect: true, unprotect: [] });
      expect(found).toEqual([]);
    }
  });

  it("takes an operator's own certificate as it is", async () => {
    const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef";
    const own = await recordProgram(settings({ kind: "cloudfront", cloudfront: { certificateArn } }));
    expect(namesLike(own, /^aws:acm\//)).toEqual([]);
    expect(named(own, "cdn-media-distribution")?.inputs).toMatchObject({
      viewerCertificate: { acmCertificateArn: certificateArn },
    });
  });
});

describe("the purge service in front of DigitalOcean's CDN", () => {
  let recording: Recording;

  beforeAll(async () => {
    recording = await recordProgram(settings({ purge: { enabled: true } }, purgeToken));
  });

  it("knows the media's endpoint and host, and holds its token in a Secret", () => {
    expect(podOf(recording)).toContain('{"name":"MEDIA_HOSTS","value":"media.social.example"}');
    expect(podOf(recording)).toContain('{"name":"CDN_KIND","value":"spaces"}');
    expect(named(recording, "cdn-purge-access")?.inputs["stringData"]).toBe("[secret]");
    expect(JSON.stringify(recording.registrations.map(({ inputs }) => inputs))).not.toContain(token);
  });

  it("runs once, never twice, under the restricted standard", () => {
    expect(named(recording, "cdn-purge-deployment")?.inputs).toMatchObject({
      metadata: { name: "cdn-purge" },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        template: {
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                image: expect.stringMatching(/mastodon-streaming:v/),
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
              },
            ],
          },
        },
      },
    });
  });

  it("is reached by Sidekiq alone, and reaches names and port 443 alone", () => {
    const spec = named(recording, "cdn-purge-cdn-purge-policy")?.inputs["spec"];
    expect(spec).toMatchObject({
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { "app.kubernetes.io/component": "sidekiq" } } }],
          ports: [{ port: 8080 }],
        },
      ],
      egress: [{ ports: [{ port: 53 }, { port: 53 }] }, { ports: [{ port: 443 }] }],
    });
    expect(named(recording, "cdn-purge-sidekiq-to-cdn-purge-policy")?.inputs["spec"]).toMatchObject({
      podSelector: { matchLabels: { "app.kubernetes.io/component": "sidekiq" } },
      policyTypes: ["Egress"],
    });
  });

  it("is called by Sidekiq, while web and jobs only queue the work", () => {
    const data = (process: string) => named(recording, `mastodon-configuration-${process}-environment`)?.inputs["data"];
    for (const process of ["web", "sidekiq", "jobs"])
      expect(data(process), process).toMatchObject({ CACHE_BUSTER_ENABLED: "true" });
    expect(data("streaming")).not.toHaveProperty("CACHE_BUSTER_ENABLED");
    const sidekiq = named(recording, "mastodon-sidekiq-default")?.inputs["spec"];
    expect(JSON.stringify(sidekiq)).toContain(
      '"mountPath":"/opt/mastodon/config/initializers/zz_cdn_purge.rb","name":"cache-purge","readOnly":true,"subPath":"zz_cdn_purge.rb"',
    );
    expect(JSON.stringify(named(recording, "mastodon-web")?.inputs)).not.toContain("zz_cdn_purge");
  });
});

const environment = (recording: Recording, process: string) =>
  named(recording, `mastodon-configuration-${process}-environment`)?.inputs["data"];

describe("media that moved from one host to another", () => {
  const dates = { announced: "2026-01-01", switchOn: "2026-01-08" };
  const moved = { local: "social.example", media: "files.social.example" };
  it("is announced to browsers, and nothing else changes, while DigitalOcean's CDN has one host name", async () => {
    const recording = await recordProgram(settings({ mediaMove: { to: "files.social.example", ...dates } }));
    expect(environment(recording, "web")).toMatchObject({
      EXTRA_MEDIA_HOSTS: "https://files.social.example",
      S3_ALIAS_HOST: "media.social.example",
    });
    expect(environment(recording, "sidekiq")).not.toHaveProperty("EXTRA_MEDIA_HOSTS");
    expect(namesLike(recording, /DnsRecord$/).filter((name) => name.includes("files"))).toEqual([]);
    expect(recording.outputs["media"]).toMatchObject({
      host: "media.social.example",
      allowedHosts: [{ host: "media.social.example" }, { host: "files.social.example" }],
    });
  });

  it("is found under its old host by way of the edge, whose certificate covers that", async () => {
    const cdn = { mediaMove: { from: "media.social.example", ...dates } };
    const recording = await recordProgram(settings(cdn, {}, { domains: moved }));
    expect(environment(recording, "web")).toMatchObject({
      EXTRA_MEDIA_HOSTS: "https://media.social.example",
      S3_ALIAS_HOST: "files.social.example",
    });
    expect(named(recording, "cdn-media-cdn")?.inputs).toMatchObject({ customDomain: "files.social.example" });
    expect(named(recording, "certificate-edge-certificate")?.inputs["domains"]).toContain("media.social.example");
    expect(named(recording, "records-media-media-social-example")?.inputs).toMatchObject({
      name: "media",
      value: "social.example.",
    });
    const nginx = JSON.stringify(named(recording, "mastodon-configuration-edge-configuration")?.inputs);
    expect(nginx).toContain("server_name media.social.example;");
    expect(nginx).toContain("return 308 https://files.social.example$request_uri;");
  });

  it("is served under both hosts by CloudFront", async () => {
    const cdn = { kind: "cloudfront", mediaMove: { from: "media.social.example", ...dates } };
    const recording = await recordProgram(settings(cdn, {}, { domains: moved }));
    const hosts = ["files.social.example", "media.social.example"];
    expect(named(recording, "cdn-media-distribution")?.inputs).toMatchObject({ aliases: hosts });
    expect(named(recording, "cdn-media-certificate-certificate")?.inputs).toMatchObject({
      subjectAlternativeNames: hosts,
    });
    expect(namesLike(recording, /DnsRecord$/).filter((name) => name.startsWith("records-media-"))).toEqual([
      "records-media-files-social-example",
      "records-media-media-social-example",
    ]);
    expect(JSON.stringify(named(recording, "mastodon-configuration-edge-configuration")?.inputs)).not.toContain("308");
  });
});

function podOf(recording: Recording): string {
  return JSON.stringify(named(recording, "cdn-purge-deployment")?.inputs);
}
