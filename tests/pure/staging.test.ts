// A sanitised copy: what its settings may be, what its processes are given, and that it never becomes a server or the other way round.
import { describe, expect, it } from "vitest";
import { databaseAccessName, sourceAccessName, stagingCopy } from "../../components/staging/copy-job.ts";
import { stagingSettingsSchema } from "../../components/staging/settings.ts";
import {
  jobsEnvironment,
  sidekiqEnvironment,
  webEnvironment,
} from "../../components/mastodon/environment/processes.ts";
import { networkPolicies } from "../../components/mastodon/kubernetes/role-policies.ts";
import { assertCopyStaysCopy } from "../../src/copy-stays-copy.ts";
import { Secret } from "../../src/secret.ts";
import { parseSettings } from "../../src/settings.ts";
import { environmentInputs, mastodonSettings } from "../support/mastodon-inputs.ts";
import { credentials, fixedStack, stackFile } from "../stacks.ts";

const source = { domain: "production.example", bucket: "production-example-backups", region: "sfo3" };
const key = { accessKeyId: new Secret("key-id"), secretAccessKey: new Secret("key") };

const parse = (changes: Record<string, unknown>, staging: Record<string, unknown> = {}) =>
  parseSettings({
    ...stackFile("prod"),
    staging: { source, refresh: "2026-12-24", ...staging },
    secrets: { ...credentials, staging: key },
    ...changes,
  });

const given = stagingSettingsSchema.parse({ source, refresh: "first" });
const staging = {
  settings: given,
  names: { source: ["production.example"], web: "social.example" },
  image: "postgres:17",
  endpoint: "https://sfo3.digitaloceanspaces.com",
  accessKeyId: "secret-source-id",
  secretAccessKey: "secret-source",
};

describe("settings of a copy", () => {
  it("are off unless given", () => {
    expect(parseSettings({ ...stackFile("prod"), secrets: credentials }).staging).toBeUndefined();
    expect(parse({}).staging).toMatchObject({ dump: "newest", refresh: "2026-12-24", storageAddresses: [] });
  });

  it("take a day as Pulumi's YAML hands it over", () => {
    expect(parse({}, { refresh: "2026-12-24 00:00:00 +0000 UTC" }).staging?.refresh).toBe("2026-12-24");
    expect(() => parse({}, { refresh: "Christmas Eve" })).toThrow("must be a day or a name");
  });

  it.each([
    ["the source's name", {}, { source: { ...source, domain: "social.example" } }, "domains.local"],
    ["the source's host name", {}, { source: { ...source, web: "social.example" } }, "domains.web"],
    ["a bucket of its own", {}, { source: { ...source, bucket: "social-example-backups" } }, "staging.source.bucket"],
    ["no key to the dumps", { secrets: credentials }, {}, "secrets.staging"],
    ["workers outside", { workers: { home: { pool: "default", account: "main" } } }, {}, "workers.home"],
    [
      "a federation of its own",
      { mastodon: { environment: { LIMITED_FEDERATION_MODE: "false" } } },
      {},
      "mastodon.environment",
    ],
    [
      "the source's keys",
      { secrets: { ...credentials, staging: key, mastodon: { secretKeyBase: new Secret("base") } } },
      {},
      "secrets.mastodon.secretKeyBase",
    ],
  ])("refuse %s", (_, changes, own, path) => {
    expect(() => parse(changes, own)).toThrow(`mastodon:${path}`);
  });

  it("refuse nothing of that in a server of its own", () => {
    const changes = { mastodon: { environment: { LIMITED_FEDERATION_MODE: "false" } } };
    expect(() => parseSettings({ ...fixedStack(), secrets: credentials, ...changes })).not.toThrow();
  });
});

describe("the processes of a copy", () => {
  const inputs = { ...environmentInputs(), staging };

  it("federate with nobody and send no mail", () => {
    for (const environment of [webEnvironment(inputs), sidekiqEnvironment(inputs), jobsEnvironment(inputs)]) {
      expect(environment.plain).toMatchObject({ LIMITED_FEDERATION_MODE: "true", SMTP_DELIVERY_METHOD: "test" });
      expect(Object.keys({ ...environment.plain, ...environment.secret })).not.toContain("SMTP_SERVER");
      expect(JSON.stringify(environment)).not.toContain("secret-mail");
    }
    expect(webEnvironment(environmentInputs()).plain).not.toHaveProperty("LIMITED_FEDERATION_MODE");
  });

  const ports = { web: 1, sidekiq: 2, streaming: 3 };
  const options = {
    vpc: "10.116.0.0/20",
    poolPorts: ports,
    directPort: 4,
    replicaPorts: [],
    valkeyPorts: [5],
    searchPorts: [],
    mailPort: 2587,
  };

  it("reach nothing outside but the addresses of their bucket", () => {
    const shut = networkPolicies({ ...options, copy: { storageAddresses: [] } });
    expect(JSON.stringify(shut)).not.toContain("0.0.0.0/0");
    expect(JSON.stringify(networkPolicies(options))).toContain("0.0.0.0/0");
    const open = networkPolicies({ ...options, copy: { storageAddresses: ["203.0.113.0/24"] } });
    for (const role of ["web", "sidekiq"])
      expect(open[role]?.egress).toContainEqual({
        to: [{ ipBlock: { cidr: "203.0.113.0/24" } }],
        ports: [{ protocol: "TCP", port: 443 }],
      });
    expect(JSON.stringify(open["migrate"])).not.toContain("203.0.113.0/24");
  });
});

describe("the job that copies", () => {
  const placement = { nodeSelector: {}, tolerations: [] };
  const job = (refresh: string) => stagingCopy(mastodonSettings(), placement, { ...given, refresh }, staging.image);

  it("is another one for another copy", () => {
    expect(job("first").name).toBe(job("first").name);
    expect(job("second").name).not.toBe(job("first").name);
  });

  it("gives the key to the dumps to the container that fetches, and to no other", () => {
    const spec = JSON.parse(JSON.stringify(job("first").spec.template));
    const containers: { name: string; envFrom?: { secretRef?: { name: string } }[] }[] = [
      ...spec.spec.initContainers,
      ...spec.spec.containers,
    ];
    const withAccess = (name: string) =>
      containers
        .filter(({ envFrom = [] }) => envFrom.some(({ secretRef }) => secretRef?.name === name))
        .map((one) => one.name);
    expect(withAccess(sourceAccessName)).toEqual(["fetch"]);
    expect(withAccess(databaseAccessName)).toEqual(["fetch", "restore", "finish"]);
  });
});

const resource = (type: string, name: string) => ({ urn: `urn:${name}`, type, name, outputs: {} });

describe("a stack", () => {
  const web = resource("kubernetes:apps/v1:Deployment", "mastodon-web");
  const copied = resource("kubernetes:batch/v1:Job", "mastodon-staging-copy");

  it("that runs a server never becomes a copy", () => {
    expect(() => assertCopyStaysCopy({ staging: given }, [web])).toThrow("would drop the database of this server");
    expect(() => assertCopyStaysCopy({ staging: undefined }, [web])).not.toThrow();
  });

  it("that holds a copy never becomes a server", () => {
    expect(() => assertCopyStaysCopy({ staging: undefined }, [web, copied])).toThrow("must never federate");
    expect(() => assertCopyStaysCopy({ staging: given }, [web, copied])).not.toThrow();
    expect(() => assertCopyStaysCopy({ staging: given }, [])).not.toThrow();
  });
});
