// The environment of each process: what is in it, what must never be.
import { describe, expect, test } from "vitest";
import { environmentOf } from "../../components/mastodon/environment/environment.ts";
import { mailEncryption } from "../../components/mastodon/environment/mail-encryption.ts";
import { isReadBy, processes, type Process } from "../../components/mastodon/environment/names.ts";
import {
  jobsEnvironment,
  sidekiqEnvironment,
  streamingEnvironment,
  webEnvironment,
} from "../../components/mastodon/environment/processes.ts";
import { ownedNames } from "../../components/mastodon/rules/extra-environment.ts";
import { environmentInputs, mastodonSettings } from "../support/mastodon-inputs.ts";
import { valueOf } from "../support/output-value.ts";

const builders = {
  web: webEnvironment,
  sidekiq: sidekiqEnvironment,
  streaming: streamingEnvironment,
  jobs: jobsEnvironment,
} as const;

const environment = (process: Process, settings = mastodonSettings()) =>
  valueOf(builders[process](environmentInputs(settings)));

describe.each(processes)("%s", (process) => {
  test("is given only what it reads", async () => {
    const { plain, secret } = await environment(process);
    const names = [...Object.keys(plain), ...Object.keys(secret)];
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !isReadBy(name, process))).toEqual([]);
  });

  test("has no empty value and no secret among the plain ones", async () => {
    const { plain, secret } = await environment(process);
    expect([...Object.values(plain), ...Object.values(secret)]).not.toContain("");
    expect(Object.values(plain).filter((value) => value.includes("secret-"))).toEqual([]);
    expect(Object.values(secret).every((value) => value.includes("secret-"))).toBe(true);
  });
});

describe("the database", () => {
  test("is reached through each process' own pool without prepared statements, and past them by jobs", async () => {
    for (const process of ["web", "sidekiq"] as const) {
      const { plain } = await environment(process);
      expect(plain).toMatchObject({ DB_PORT: "25061", DB_NAME: `mastodon-${process}`, PREPARED_STATEMENTS: "false" });
    }
    expect((await environment("streaming")).plain).toMatchObject({ DB_NAME: "mastodon-streaming" });
    const { plain } = await environment("jobs");
    expect(plain).toMatchObject({ DB_PORT: "25060", DB_NAME: "mastodon" });
    expect(plain).not.toHaveProperty("PREPARED_STATEMENTS");
  });

  test("has its certificate verified in the way of each language", async () => {
    for (const process of ["web", "sidekiq", "jobs"] as const) {
      const { plain } = await environment(process);
      expect(plain).toMatchObject({ DB_SSLMODE: "verify-full", PGSSLROOTCERT: "/etc/mastodon/database/ca.crt" });
      expect(plain).not.toHaveProperty("NODE_EXTRA_CA_CERTS");
    }
    const { plain } = await environment("streaming");
    expect(plain).toMatchObject({ DB_SSLMODE: "require", NODE_EXTRA_CA_CERTS: "/etc/mastodon/database/ca.crt" });
    expect(plain).not.toHaveProperty("PGSSLROOTCERT");
  });

  test("has a fixed number of connections only in streaming, since the others take one per thread", async () => {
    for (const process of ["web", "sidekiq", "jobs"] as const)
      expect((await environment(process)).plain).not.toHaveProperty("DB_POOL");
    expect((await environment("streaming")).plain).toMatchObject({ DB_POOL: "5" });
  });

  test("has its replica read by web and Sidekiq alone, under the database's own name", async () => {
    for (const process of processes) {
      const { plain } = await environment(process);
      if (process === "web" || process === "sidekiq")
        expect(plain).toMatchObject({
          REPLICA_DB_HOST: "replica.example",
          REPLICA_DB_PORT: "25062",
          REPLICA_DB_NAME: "mastodon",
          REPLICA_DB_TASKS: "false",
          REPLICA_PREPARED_STATEMENTS: "true",
        });
      else expect(Object.keys(plain).filter((name) => name.startsWith("REPLICA"))).toEqual([]);
    }
  });
});

test("jobs alone have no time limit for their statements", async () => {
  for (const process of processes) {
    const { plain } = await environment(process);
    if (process === "jobs") expect(plain["PGOPTIONS"]).toContain("-c statement_timeout=0");
    else expect(plain).not.toHaveProperty("PGOPTIONS");
  }
});

describe("full-text search", () => {
  test("is given to Rails over TLS, with its password apart, and to streaming not at all", async () => {
    for (const process of ["web", "sidekiq", "jobs"] as const) {
      const { plain, secret } = await environment(process);
      expect(plain).toMatchObject({ ES_ENABLED: "true", ES_HOST: "https://search.example", ES_PORT: "25063" });
      expect(secret["ES_PASS"]).toBe("secret-search");
    }
    expect(JSON.stringify(await environment("streaming"))).not.toContain("ES_");
  });

  test.each([
    [1, "single_node_cluster"],
    [3, "small_cluster"],
    [6, "large_cluster"],
  ])("on %i nodes has the copies of %s", async (nodes, preset) => {
    const inputs = environmentInputs();
    if (inputs.search === undefined) throw new Error("the example server has a search");
    const built = await valueOf(webEnvironment({ ...inputs, search: { ...inputs.search, nodes } }));
    expect(built.plain["ES_PRESET"]).toBe(preset);
  });
});

test("without a replica and a search no process hears of them, since Mastodon acts on presence", async () => {
  const { search: _, database, ...inputs } = environmentInputs();
  for (const process of processes) {
    const built = builders[process]({ ...inputs, database: { ...database, replica: undefined } });
    expect(Object.keys((await valueOf(built)).plain).filter((name) => /^(ES|REPLICA)_/.test(name))).toEqual([]);
  }
});

test("streaming knows no key, no bucket and no mail", async () => {
  const { plain, secret } = await environment("streaming");
  expect(Object.keys(secret)).toEqual(["DB_PASS", "REDIS_URL"]);
  expect(Object.keys(plain).filter((name) => /^(S3|SMTP|VAPID|SECRET)/.test(name))).toEqual([]);
});

test("only Sidekiq, which sends, can log in to the mail server", async () => {
  for (const process of processes) {
    const { secret } = await environment(process);
    expect("SMTP_PASSWORD" in secret).toBe(process === "sidekiq");
  }
});

test("mail on port 2587 must be encrypted by STARTTLS", async () => {
  const { plain } = await environment("sidekiq");
  expect(plain).toMatchObject({ SMTP_PORT: "2587", SMTP_ENABLE_STARTTLS: "always" });
  expect(plain).not.toHaveProperty("SMTP_TLS");
});

test.each([465, 2465])("port %i speaks TLS from the first byte", (port) => {
  expect(mailEncryption(port)).toEqual({ SMTP_TLS: "true", SMTP_ENABLE_STARTTLS: "never" });
});

test.each([25, 1025])("refuses mail on port %i, which does not encrypt", (port) => {
  expect(() => mailEncryption(port)).toThrow(`mail port ${port} does not encrypt; use 587 or 2587`);
});

test("trusts pods, nodes, further proxies and what Rails trusts by default", async () => {
  const settings = mastodonSettings({ trustedProxies: ["192.0.2.0/24"] });
  for (const process of ["web", "streaming"] as const) {
    const list = (await environment(process, settings)).plain["TRUSTED_PROXY_IP"]?.split(",");
    expect(list).toEqual(
      expect.arrayContaining(["10.100.0.0/16", "10.116.0.0/20", "192.0.2.0/24", "127.0.0.0/8", "::1"]),
    );
    expect(new Set(list).size).toBe(list?.length);
  }
});

test("media are shown from the alias host, and Valkey is spoken to over TLS by the Ruby driver", async () => {
  const { plain, secret } = await environment("web");
  expect(plain).toMatchObject({
    S3_ALIAS_HOST: "media.social.example",
    S3_HOSTNAME: "nyc3.digitaloceanspaces.com",
    REDIS_DRIVER: "ruby",
    STREAMING_API_BASE_URL: "wss://streaming.social.example",
  });
  expect(secret["REDIS_URL"]).toMatch(/^rediss:/);
  expect(secret["CACHE_REDIS_URL"]).toMatch(/^rediss:/);
});

test("scripts and styles are loaded from another host only where they are served from there", async () => {
  const inputs = environmentInputs();
  const { assets } = inputs;
  if (assets === undefined) throw new Error("the sample has no assets");
  const cdn = "https://assets.social.example";
  for (const process of processes) {
    const build = builders[process];
    const { plain, secret } = await valueOf(build(inputs));
    expect(plain["CDN_HOST"]).toBeUndefined();
    const elsewhere = await valueOf(build({ ...inputs, assets: { ...assets, cdn } }));
    expect(elsewhere.plain["CDN_HOST"]).toBe(process === "streaming" ? undefined : cdn);
    // No process has the key to them; the job that copies them has a Secret of its own.
    expect(JSON.stringify(secret)).not.toContain("secret-assets");
  }
});

test("the cache stays with the rest where there is no instance for it", () => {
  const inputs = environmentInputs();
  const built = webEnvironment({ ...inputs, valkey: { url: "rediss://x", ports: [1] } });
  expect(built.secret).not.toHaveProperty("CACHE_REDIS_URL");
});

test("the operator's own variables reach the processes that read them", async () => {
  const settings = mastodonSettings({ environment: { MIN_THREADS: "3", MAX_SESSION_ACTIVATIONS: "5" } });
  const web = await environment("web", settings);
  expect(web.plain).toMatchObject({ MIN_THREADS: "3", MAX_SESSION_ACTIVATIONS: "5" });
  const sidekiq = await environment("sidekiq", settings);
  expect(sidekiq.plain).not.toHaveProperty("MIN_THREADS");
  expect((await environment("streaming", settings)).plain).not.toHaveProperty("MAX_SESSION_ACTIVATIONS");
});

test("every plain variable that the stack sets is closed to the operator", async () => {
  const metrics = { exporter: { cpu: "100m", memory: "180Mi", memoryLimit: "250Mi" } };
  for (const process of ["web", "sidekiq", "jobs"] as const) {
    const { plain } = await valueOf(builders[process]({ ...environmentInputs(), metrics }));
    expect(Object.keys(plain).filter((name) => !ownedNames.includes(name))).toEqual([]);
  }
});

test("refuses a variable that the process does not read, and an empty one", () => {
  expect(() => environmentOf("streaming", { SMTP_SERVER: "x" })).toThrow(
    "SMTP_SERVER is not read by Mastodon's streaming",
  );
  expect(() => environmentOf("web", { STREAMING_CLUSTER_NUM: "1" })).toThrow("STREAMING_CLUSTER_NUM is not read");
  expect(() => environmentOf("web", { S3_ENDPOINT: "" })).toThrow("S3_ENDPOINT of Mastodon's web process is empty");
  expect(environmentOf("web", { S3_ENDPOINT: undefined })).toEqual({ plain: {}, secret: {} });
});
