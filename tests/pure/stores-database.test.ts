// Configuration and SQL of the local cloud's database servers.
import { describe, expect, it } from "vitest";
import {
  evictionPolicyOf,
  postgresqlParameters,
  valkeyParameters,
} from "../../local/providers/digitalocean/database-parameters.ts";
import { poolerConfiguration, userList } from "../../local/stores/pgbouncer/configuration.ts";
import { connectionText, hostRules, serverConfiguration } from "../../local/stores/postgresql/configuration.ts";
import { firstStatements, lockOutStatements, userStatements } from "../../local/stores/postgresql/statements.ts";
import { defaultParameters, parameterCommands, valkeyConfiguration } from "../../local/stores/valkey/configuration.ts";

const certificate = { certificate: "/s/server.crt", key: "/s/server.key" };
const address = "127.77.1.2";

describe("a PostgreSQL's configuration", () => {
  const server = { address, port: 25_060, connections: 97, certificate, data: "/s/data", rules: "/s/hba" };

  it("allows the plan's connections beside those that are kept back", () => {
    expect(serverConfiguration(server)).toContain("max_connections = '100'\nsuperuser_reserved_connections = '3'");
  });

  it("listens at its own address only, and on no socket", () => {
    const text = serverConfiguration(server);
    expect(text).toContain(`listen_addresses = '${address}'`);
    expect(text).toContain("unix_socket_directories = ''");
  });

  it("follows nobody unless told whom", () => {
    expect(serverConfiguration(server)).not.toContain("primary_conninfo");
    const primary = connectionText({ host: address, password: "it's" });
    expect(serverConfiguration({ ...server, primary })).toContain(
      String.raw`primary_conninfo = 'host=''${address}'' password=''it\''s'''`,
    );
  });

  it("admits nobody without TLS and a password", () => {
    const rules = hostRules()
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(rules.length).toBeGreaterThan(0);
    for (const rule of rules) expect(rule).toMatch(/^hostssl .* scram-sha-256$/);
  });
});

describe("the SQL of members", () => {
  it("gives the administrator no superuser's rights", () => {
    expect(firstStatements("pw")).toContain(
      "ALTER ROLE doadmin WITH LOGIN NOSUPERUSER CREATEDB CREATEROLE REPLICATION PASSWORD 'pw';",
    );
  });

  it("keeps names and passwords from being read as SQL", () => {
    const text = userStatements(`a"; DROP ROLE b; --`, String.raw`p'w\d`);
    expect(text).toContain(`ALTER ROLE "a""; DROP ROLE b; --" WITH LOGIN`);
    expect(text).toContain(String.raw`PASSWORD E'p''w\\d';`);
    expect(lockOutStatements("o'neil")).toContain("usename = 'o''neil'");
  });

  it("keeps a failing statement with a password out of the log", () => {
    for (const text of [firstStatements("pw"), userStatements("a", "pw")])
      expect(text.split("\n")[0]).toBe("SET log_min_error_statement = 'panic';");
  });
});

describe("a PgBouncer's configuration", () => {
  const pooler = { address, serverPort: 25_060, port: 25_061, certificate, authority: "/ca.crt", users: "/s/users" };
  const text = poolerConfiguration({
    ...pooler,
    administrator: "postgres",
    pools: [
      { name: "mastodon-web", database: "mastodon", user: "mastodon", mode: "transaction", size: 20 },
      { name: "any", database: "it's", mode: "session", size: 3 },
    ],
  });

  it("has a database for each pool, with its mode and size", () => {
    expect(text).toContain(
      `mastodon-web = host=${address} port=25060 dbname='mastodon' user='mastodon' pool_mode=transaction pool_size=20`,
    );
    expect(text).toContain(`any = host=${address} port=25060 dbname='it''s' pool_mode=session pool_size=3`);
  });

  it("wants TLS of its clients, and checks the server's certificate", () => {
    expect(text).toContain("client_tls_sslmode = require");
    expect(text).toContain("server_tls_sslmode = verify-full");
    expect(text).toContain("auth_type = scram-sha-256");
  });

  it("quotes logins", () => {
    expect(userList([{ name: `a"b`, password: "p" }])).toBe(`"a""b" "p"\n`);
  });
});

describe("a Valkey's configuration", () => {
  const server = { address, port: 25_061, folder: "/s/content", certificate, authority: "/ca.crt", memoryGib: 2 };
  const passwords = { password: "secret", keeperPassword: "kept" };
  const text = valkeyConfiguration({ ...defaultParameters, ...server, ...passwords, evictionPolicy: "allkeys-lru" });

  it("speaks TLS only and holds no password in clear", () => {
    expect(text).toContain("port 0\ntls-port 25061");
    expect(text).not.toContain("secret");
    expect(text).not.toContain("kept");
  });

  it("has the chosen policy and persistence", () => {
    expect(text).toContain("maxmemory 2gb\nmaxmemory-policy allkeys-lru");
    expect(text).toContain("save 600 1\n");
    const off = valkeyConfiguration({ ...defaultParameters, ...server, ...passwords, persistence: "off" });
    expect(off).toContain('save ""\n');
    expect(parameterCommands({ ...defaultParameters, persistence: "off" })).toContainEqual([
      "CONFIG",
      "SET",
      "save",
      "",
    ]);
  });

  it("keeps from everybody what would change or end the server, and leaves scripts", () => {
    const user = text.split("\n").find((line) => line.startsWith("user default"));
    expect(user).toContain("-config");
    expect(user).toContain("-shutdown");
    expect(user).not.toContain("-eval");
  });
});

describe("parameters of the platform", () => {
  it("become the server's, with their units", () => {
    const state = { clusterId: "c", __store: "s", idleInTransactionSessionTimeout: 60_000, workMem: 8, jit: true };
    expect([...postgresqlParameters({ ...state, logLinePrefix: "'%m '", backupHour: 3 })]).toEqual([
      ["idle_in_transaction_session_timeout", "60000"],
      ["work_mem", "8MB"],
      ["jit", "on"],
      ["log_line_prefix", "%m "],
    ]);
  });

  it("of a Valkey are taken where they are given", () => {
    expect(valkeyParameters({ clusterId: "c" })).toEqual({});
    expect(valkeyParameters({ persistence: "off", timeout: 0, valkeyMaxmemoryPolicy: "volatile-ttl" })).toEqual({
      persistence: "off",
      timeoutSeconds: 0,
      evictionPolicy: "volatile-ttl",
    });
    expect(evictionPolicyOf("allkeys_lru")).toEqual({ evictionPolicy: "allkeys-lru" });
  });
});
