import { describe, expect, it } from "vitest";
import { lifecycleRules, objectLockRule, putOnlyPolicy } from "../../components/backups/inputs.ts";
import { memoryGib } from "../../components/database/catalogue.ts";
import { connectionLimit } from "../../components/database/plans.ts";
import { valkeyInputs } from "../../components/database/inputs.ts";
import { edgeDomains, relativeName, serverRecords } from "../../components/dns/records.ts";
import { certificateName } from "../../components/dns/certificate.ts";
import { clusterInputs, nodePoolInputs } from "../../components/kubernetes/inputs.ts";
import { dmarcText, mailRecords, spfText } from "../../components/mail/records.ts";
import { uptimeChecks } from "../../components/monitoring/checks.ts";
import { rangesOverlap } from "../../components/network/ranges.ts";
import { bucketInputs } from "../../components/storage/inputs.ts";
import { parseSettings } from "../../src/settings.ts";
import { stackFile, withSecrets } from "../stacks.ts";

const settings = parseSettings(withSecrets(stackFile("prod")));

describe("the cluster", () => {
  const plan = { prefix: "social", region: "tor1", version: "1.36.3-do.0", settings: settings.kubernetes };
  const inputs = clusterInputs(plan, "vpc-1");

  it("is VPC-native with both subnets explicit", () => {
    expect(inputs).toMatchObject({ clusterSubnet: "10.100.0.0/16", serviceSubnet: "10.101.0.0/19", vpcUuid: "vpc-1" });
  });

  it("has a default pool of fixed size without taints, on which the platform's own pods can run", () => {
    expect(inputs.nodePool).toMatchObject({ size: "s-2vcpu-4gb", nodeCount: 2 });
    expect(inputs.nodePool).not.toHaveProperty("taints");
    expect(inputs.nodePool).not.toHaveProperty("autoScale");
  });

  it("leaves an autoscaled pool's node count to the autoscaler", () => {
    expect(nodePoolInputs("social", "web", settings.kubernetes.pools["web"]!, "c")).not.toHaveProperty("nodeCount");
  });

  it("gives a pool of another size another name, so that both can stand side by side", () => {
    const pool = settings.kubernetes.pools["web"]!;
    const name = (size: string) => nodePoolInputs("social", "web", { ...pool, size }, "c").name;
    expect(name("s-4vcpu-8gb")).toBe("social-web-s-4vcpu-8gb");
    expect(name("s-8vcpu-16gb")).toBe("social-web-s-8vcpu-16gb");
  });

  it("taints a dedicated pool and labels every pool", () => {
    const pool = settings.kubernetes.pools["web"]!;
    const taint = { key: "mastodon/pool", value: "web", effect: "NoSchedule" };
    expect(nodePoolInputs("social", "web", pool, "c")).toMatchObject({
      taints: [taint],
      labels: { "mastodon/pool": "web" },
    });
    expect(nodePoolInputs("social", "web", { ...pool, dedicated: false }, "c")).toMatchObject({ taints: [] });
  });
});

describe("a managed certificate's name", () => {
  const one = certificateName("social-edge", ["social.example", "streaming.social.example"]);

  it("stays while its domains stay, in whatever order", () => {
    expect(one).toMatch(/^social-edge-[0-9a-f]{8}$/);
    expect(certificateName("social-edge", ["streaming.social.example", "social.example"])).toBe(one);
  });

  it("changes with its domains, so that the new one comes before the one in use goes", () =>
    expect(certificateName("social-edge", ["social.example"])).not.toBe(one));
});

describe("databases", () => {
  it.each([
    ["db-s-1vcpu-1gb", 1, 22],
    ["db-s-1vcpu-2gb", 2, 47],
    ["db-s-2vcpu-4gb", 4, 97],
    ["db-s-4vcpu-8gb", 8, 197],
    ["db-s-16vcpu-64gb", 64, 997],
  ])("%s has %i GiB and allows %i connections", (size, memory, limit) => {
    expect(memoryGib(size)).toBe(memory);
    expect(connectionLimit(size)).toBe(limit);
  });

  it("spell the eviction policy as a database cluster takes it", () => {
    const place = { prefix: "social", region: "tor1", vpcId: "vpc-1" };
    const inputs = valkeyInputs(place, "cache", settings.database.valkey.cache, "allkeys_lru");
    expect(inputs).toMatchObject({ name: "social-valkey-cache", evictionPolicy: "allkeys_lru" });
    expect(inputs.maintenanceWindows).toEqual([{ day: "tuesday", hour: "07:00:00" }]);
  });
});

describe("address ranges", () => {
  it.each([
    ["10.0.0.0/16", "10.0.4.0/24", true],
    ["10.0.4.0/24", "10.0.0.0/16", true],
    ["10.0.0.0/24", "10.0.1.0/24", false],
  ])("%s and %s share addresses: %s", (one, other, shared) => expect(rangesOverlap(one, other)).toBe(shared));
});

describe("buckets", () => {
  const plan = { bucket: "b", region: "nyc3", keepDays: 30, origins: [], protect: true };

  it("keep history and cannot be listed", () => {
    expect(bucketInputs(plan)).toMatchObject({ acl: "private", versioning: { enabled: true } });
  });

  it("can be destroyed with their objects only where nothing is protected", () => {
    expect(bucketInputs(plan).forceDestroy).toBe(false);
    expect(bucketInputs({ ...plan, protect: false }).forceDestroy).toBe(true);
  });
});

describe("the immutable copy", () => {
  const plan = settings.backups.immutable;
  it("is locked in compliance mode, which nobody can lift", () => {
    expect(objectLockRule(plan)).toEqual({ defaultRetention: { mode: "COMPLIANCE", days: 30 } });
  });

  it("lets its login add objects and nothing else", () => {
    expect(putOnlyPolicy("arn").Statement).toEqual([
      { Effect: "Allow", Action: ["s3:PutObject", "s3:AbortMultipartUpload"], Resource: "arn" },
    ]);
  });

  it("expires by itself after the lock", () =>
    expect(lifecycleRules(plan)).toMatchObject([{ expiration: { days: plan.keepDays } }]));
});

describe("records", () => {
  const domains = { ...settings.domains, web: "www.social.example" };
  const targets = {
    loadBalancer: "203.0.113.10",
    mediaCdn: "media.cdn.",
    assetsCdn: "assets.cdn.",
    docsCdn: "docs.cdn.",
  };

  it.each([
    ["social.example", "@"],
    ["media.social.example", "media"],
    ["a.b.social.example", "a.b"],
  ])("%s is %s in its zone", (host, name) => expect(relativeName(host, "social.example")).toBe(name));

  it("point local, web and streaming to the load balancer", () => {
    const addresses = serverRecords(domains, "social.example", targets).filter(({ type }) => type === "A");
    expect(addresses.map(({ key, name }) => `${key} ${name}`)).toEqual(["local @", "web www", "streaming streaming"]);
  });

  it("name a host once when web is the local domain", () => {
    expect(edgeDomains(settings.domains)).toEqual(["social.example", "streaming.social.example"]);
  });

  it("end targets with a dot, which DigitalOcean demands", () => {
    const records = [
      ...serverRecords(domains, "social.example", targets),
      ...mailRecords({ zone: "social.example", domain: "social.example", settings: settings.mail, dkim: [] }),
    ];
    for (const { type, value } of records) if (["CNAME", "MX", "CAA"].includes(type)) expect(value).toMatch(/\.$/);
  });

  it("let SES send, the named others, and nobody else", () => {
    expect(spfText(settings.mail)).toBe("v=spf1 include:amazonses.com -all");
    expect(spfText({ ...settings.mail, spfInclude: ["_spf.example.org"] })).toBe(
      "v=spf1 include:amazonses.com include:_spf.example.org -all",
    );
  });

  it("tell receivers what to do with forged mail", () => {
    expect(dmarcText(settings.mail)).toBe(
      "v=DMARC1; p=quarantine; adkim=s; aspf=r; rua=mailto:postmaster@social.example",
    );
    expect(dmarcText({ ...settings.mail, dmarcReports: undefined })).not.toContain("rua");
  });
});

describe("checks from outside", () => {
  const checks = uptimeChecks(settings.domains, settings.monitoring, "uptime.txt");
  it("ask Mastodon's health path, which alone needs no host header", () => {
    expect(checks[0]?.target).toBe("https://social.example/health");
  });

  it("warn of each certificate's end", () => {
    for (const { alerts } of checks)
      expect(alerts).toContainEqual(expect.objectContaining({ type: "ssl_expiry", threshold: 21 }));
  });
});
