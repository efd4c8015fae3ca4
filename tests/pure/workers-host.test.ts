// The program of a worker's host, run by a real shell on a made-up host: up, twice, watched, and down.
import { spawnSync } from "node:child_process";
import { chmodSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { joinBundle } from "../../components/workers/host/bundle.ts";
import { hostConfiguration, hostProgram } from "../../components/workers/host/files.ts";
import { workersSettingsSchema } from "../../components/workers/settings.ts";
import { projectRoot } from "../stacks.ts";
import { FakeHost } from "../support/fake-host.ts";

const hasRuby = spawnSync("ruby", ["--version"]).error === undefined;

const hosts: FakeHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.remove();
});

function newHost(...missing: string[]): FakeHost {
  const host = new FakeHost(...missing);
  hosts.push(host);
  return host;
}

/** A bundle for the worker `home`, which serves two queues. */
function bundle({
  key,
  metricsPort,
  ...changes
}: { key?: string; metricsPort?: number; threads?: number; until?: string } = {}): string {
  const settings = workersSettingsSchema.parse({ home: { where: "external", queues: ["push", "pull"], ...changes } })[
    "home"
  ];
  if (settings === undefined) throw new Error("there is a worker");
  const configuration = hostConfiguration({
    hostname: "shop-home",
    image: "mastodon:v1",
    gateways: ["shop-gateway-1", "shop-gateway-2"],
    hosts: ["private-pg.example", "private-valkey.example"],
    statementSeconds: 300,
    metricsPort,
    settings,
  });
  const files = { "worker.conf": configuration, "sidekiq.env": "SECRET=s3cret $x `y`\n", "database-ca.crt": "PEM\n" };
  return joinBundle("home", key === undefined ? files : { ...files, "tailnet-key": key });
}

const first = bundle({ key: "tskey-auth-1" });
const etc = "etc/mastodon-worker";
const mutating = (calls: readonly string[]) =>
  calls.filter(
    (call) => !/^(id|tailscale ip|docker network inspect|systemctl (is-active|enable|daemon-reload))/.test(call),
  );

describe("the script on a fresh host", () => {
  it("installs what is missing, joins, and starts the worker", async () => {
    const host = newHost("docker", "unattended-upgrade");
    // The packages bring what the script goes on with.
    const withDocker = first.replace(
      "apt-get update",
      `printf '#!/bin/sh\\necho docker "$@" >>"$LOG"\\n' >"$STATE/../bin/docker"; chmod 755 "$STATE/../bin/docker"; apt-get update`,
    );
    const { code, text, calls } = await host.run(withDocker, ["up"]);
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(calls).toContain("apt-get install --yes --quiet --no-install-recommends docker.io unattended-upgrades");
    expect(calls).toContainEqual(
      expect.stringMatching(/^tailscale up --auth-key=file:\S+tailnet-key --ssh --hostname=shop-home$/),
    );
    expect(calls.at(-1)).toBe("systemctl restart mastodon-worker.service");
    expect(text).toContain("runs mastodon:v1 with 15 threads for push pull");
  });

  it("gets Tailscale from its makers where it is missing", async () => {
    const host = newHost("tailscale");
    const { code, calls, text } = await host.run(first, ["up"]);
    expect(calls.some((call) => call.startsWith("curl ") && call.includes("https://tailscale.com/install.sh"))).toBe(
      true,
    );
    expect(calls).toContain("tailscale-install");
    expect([code, text]).toEqual([1, expect.stringContaining("the tailnet did not take the key")]); // the fake installs nothing
  });

  it("keeps secrets in files that only root reads, unchanged, and out of every command", async () => {
    const host = newHost();
    const { calls } = await host.run(first, ["up"]);
    expect(host.file(`${etc}/sidekiq.env`)).toBe("SECRET=s3cret $x `y`\n");
    for (const file of ["sidekiq.env", "worker.conf"])
      expect(statSync(join(host.root, etc, file)).mode & 0o777, file).toBe(0o600);
    expect(calls.join("\n")).not.toMatch(/s3cret|tskey/);
    expect(host.file("usr/local/sbin/mastodon-worker")).toBe(hostProgram);
  });

  it("leaves no file of the bundle behind", async () => {
    const host = newHost();
    await host.run(first, ["up"]);
    const { text } = await host.run('ls "$MASTODON_HOST_ROOT"', [], { PATH: "/usr/bin:/bin" });
    expect(text.trim().split("\n").toSorted()).toEqual(["etc", "fake", "usr", "var"]);
  });
});

describe("the script again", () => {
  it("changes nothing where nothing changed, though its key is used up", async () => {
    const host = newHost();
    await host.run(first, ["up"]);
    const { code, text, calls } = await host.run(first, ["up"]);
    expect(code).toBe(0);
    expect(text).toContain("nothing to change");
    expect(mutating(calls)).toEqual([]);
  });

  it("restarts the worker with other queues or threads, and joins no second time", async () => {
    const host = newHost();
    await host.run(first, ["up"]);
    const { calls, text } = await host.run(bundle({ threads: 3 }), ["up"]);
    expect(mutating(calls)).toEqual(["systemctl restart mastodon-worker.service"]);
    expect(text).toContain("with 3 threads");
  });
});

describe("the script refuses", () => {
  it.each([
    ["somebody who is not root", { FAKE_UID: "1000" }, first, /must run as root/],
    ["a host without a key", {}, bundle(), /there is no key for it: raise the worker's generation/],
    ["a key that the tailnet does not take", { FAKE_REFUSES: "yes" }, first, /did not take the key/],
  ])("%s", async (_, environment, script, expected) => {
    const { code, text } = await newHost().run(script, ["up"], environment);
    expect(code).toBe(1);
    expect(text).toMatch(expected);
  });

  it("a host that is on another tailnet", async () => {
    const host = newHost();
    host.write("fake/state/tailnet", "");
    const { code, text, calls } = await host.run(first, ["up"]);
    expect(code).toBe(1);
    expect(text).toContain("is on a tailnet that it did not join for this worker");
    expect(calls.filter((call) => call.startsWith("tailscale up"))).toEqual([]);
  });

  it("a host without systemd", async () => {
    const { code, text } = await newHost("systemctl").run(first, ["up"]);
    expect([code, text]).toEqual([1, expect.stringContaining("systemctl is not there")]);
  });
});

describe("the running worker", () => {
  it("is Sidekiq in Docker with limits, its environment from a file, and the databases' names at both gateways", async () => {
    const host = newHost();
    await host.run(first, ["up"]);
    const { calls } = await host.run(hostProgram, ["run"]);
    const command = calls.at(-1) ?? "";
    expect(command).toContain(
      "--memory 2560m --memory-swap 2560m --pids-limit 1024 --cap-drop ALL --security-opt no-new-privileges",
    );
    expect(command).toContain(`--env-file ${host.root}/${etc}/sidekiq.env`);
    expect(command).toMatch(/mastodon:v1 sh -c .*exec bundle exec sidekiq .* 300 -c 15 -t 55 -q push -q pull$/);
    expect(command).not.toContain("--publish");
    expect(host.file(`${etc}/hosts`)).toBe(`127.0.0.1 localhost
::1 localhost
100.64.0.1 private-pg.example
100.64.0.1 private-valkey.example
100.64.0.2 private-pg.example
100.64.0.2 private-valkey.example
`);
  });

  it("shows its metrics on the host's tailnet address alone, and nowhere before it has one", async () => {
    const host = newHost();
    await host.run(bundle({ key: "tskey-auth-1", metricsPort: 9394 }), ["up"]);
    const { calls } = await host.run(hostProgram, ["run"]);
    expect(calls.at(-1)).toContain(" --publish 100.64.0.9:9394:9394 mastodon:v1 ");
    const { code, text, calls: without } = await host.run(hostProgram, ["run"], { FAKE_NO_ADDRESS: "yes" });
    expect([code, text]).toEqual([1, expect.stringContaining("has no address on the tailnet")]);
    expect(without.filter((call) => call.startsWith("docker run"))).toEqual([]);
  });

  it.skipIf(!hasRuby)("limits its statements first, and is Sidekiq even where it cannot", async () => {
    const host = newHost();
    await host.run(first, ["up"]);
    const { calls } = await host.run(hostProgram, ["run"]);
    const [, start = "", ruby = ""] = / sh -c (.*) start (require .*) 300 -c 15/.exec(calls.at(-1) ?? "") ?? [];
    host.write("fake/in-image/bundle", '#!/bin/sh\nshift\n[ "$1" = sidekiq ] && exec echo "$@"\nexec "$@"\n');
    chmodSync(join(host.root, "fake/in-image/bundle"), 0o755);
    const inContainer = (variables: Readonly<Record<string, string>>) =>
      spawnSync("sh", ["-c", start, "start", ruby, "300", "-c", "15"], {
        encoding: "utf8",
        env: {
          PATH: `${join(host.root, "fake/in-image")}:${process.env["PATH"]}`,
          RUBYLIB: resolve(projectRoot, "tests/data/upgrade"),
          FAKE_DATABASE: "{}",
          FAKE_SAID: join(host.root, "said"),
          ...variables,
        },
      });
    const login = {
      DB_HOST: "h",
      DB_PORT: "1",
      DB_NAME: "pool",
      DB_USER: "u",
      DB_PASS: "p",
      DB_SSLMODE: "verify-full",
    };
    expect(inContainer(login)).toMatchObject({ status: 0, stdout: "sidekiq -c 15\n" });
    expect(host.file("said")).toBe("ALTER ROLE CURRENT_USER SET statement_timeout = 300000\n");
    const { stdout, stderr } = inContainer({});
    expect([stdout, stderr]).toEqual(["sidekiq -c 15\n", expect.stringContaining("statements have no time limit")]);
  });

  it("goes on with the other gateway when one is lost, and follows one that moves, without a restart", async () => {
    const host = newHost();
    await host.run(first, ["up"]);
    const before = statSync(join(host.root, etc)).mtimeMs;
    await host.run(hostProgram, ["run"]);
    const inode = statSync(join(host.root, etc, "hosts")).ino;
    await host.run(hostProgram, ["watch"], { FAKE_GATEWAY_LOST: "yes" });
    expect(host.file(`${etc}/hosts`)).not.toContain("100.64.0.1 ");
    const { calls } = await host.run(hostProgram, ["watch"], { FAKE_GATEWAY: "100.64.0.7" });
    expect(host.file(`${etc}/hosts`)).toContain("100.64.0.7 private-pg.example");
    expect(statSync(join(host.root, etc, "hosts")).ino).toBe(inode); // the container has this file mounted
    expect(mutating(calls)).toEqual([]);
    expect(before).toBeGreaterThan(0);
  });

  it("leaves the tailnet and forgets its secrets when its last day is over", async () => {
    const host = newHost();
    await host.run(bundle({ key: "tskey-auth-1", until: "2020-01-31" }), ["up"]);
    const { calls, text } = await host.run(hostProgram, ["watch"]);
    expect(text).toContain("its last day is over");
    expect(calls).toContain("tailscale logout");
    expect(calls).toContain("docker rm --force mastodon-worker");
    expect(host.file(`${etc}/sidekiq.env`)).toBeUndefined();
  });
});

describe("the script downwards", () => {
  it("takes away all that it brought, and nothing else", async () => {
    const host = newHost();
    host.write("etc/apt/apt.conf.d/50other", "kept");
    host.write("var/lib/mastodon-worker/installed", "docker.io\ntailscale\n");
    await host.run(first, ["up"]);
    const { code, calls } = await host.run(first, ["down"]);
    expect(code).toBe(0);
    expect(calls).toContain("tailscale logout");
    expect(calls).toContain("apt-get purge --yes --quiet docker.io tailscale");
    const { text } = await host.run('find "$MASTODON_HOST_ROOT" -type f -not -path "*/fake/*"', [], {
      PATH: "/usr/bin:/bin",
    });
    expect(text.trim()).toBe(join(host.root, "etc/apt/apt.conf.d/50other"));
  });

  it("may be repeated, and keeps programs that were there before", async () => {
    const host = newHost();
    await host.run(first, ["up"]);
    await host.run(first, ["down"]);
    const { code, calls } = await host.run(first, ["down"]);
    expect(code).toBe(0);
    expect(calls.filter((call) => /^(apt-get|tailscale)/.test(call))).toEqual([]);
  });
});
