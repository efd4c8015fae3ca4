// The program of the host that pulls the backups, run by a real shell on a made-up host: up, twice, with a drill and without, and down.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { environmentFiles } from "../../components/backups/kansas-city/environment.ts";
import { hostConfiguration, hostProgram, pullBundle } from "../../components/backups/kansas-city/files.ts";
import { kansasCitySchema } from "../../components/backups/kansas-city/settings.ts";
import { FakeHost } from "../support/fake-host.ts";

const hosts: FakeHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.remove();
});

function newHost(...missing: string[]): FakeHost {
  const host = new FakeHost(...missing);
  hosts.push(host);
  return host;
}

const identity = "AGE-SECRET-KEY-1EXAMPLE";

/** The bundle with these settings. */
function bundle(changes: object = {}): string {
  const settings = kansasCitySchema.parse(changes);
  const environment = environmentFiles({
    server: "shop",
    settings,
    source: { bucket: "b", region: "sfo3", endpoint: "s3.example", accessKeyId: "id", secretAccessKey: "s3cret" },
    targetKey: { accessKeyId: "own", secretAccessKey: "0wn" },
    gateways: ["shop-gateway-1", "shop-gateway-2"],
    heartbeats: { pull: "https://ping.example/pull", drill: undefined },
    postgresql: "17",
  });
  return pullBundle("shop", {
    "pull.conf": hostConfiguration({ server: "shop", hostname: "shop-kansas-city", postgresql: "17", settings }),
    "pull.env": environment.pull,
    ...(settings.drill.enabled && {
      "drill.env": environment.drill,
      "drill-identity": identity,
      "report-key": "PEM\nof two lines\n",
    }),
    "tailnet-key": "tskey-auth-1",
  });
}

const plain = bundle();
const drilling = bundle({ drill: { enabled: true, schedule: "5 4 * * 1" } });
const etc = "etc/mastodon-pull";
const unit = (host: FakeHost, name: string) => host.file(`etc/systemd/system/${name}`) ?? "";
const mutating = (calls: readonly string[]) =>
  calls.filter((call) => !/^(id|tailscale ip|getent|chown|systemctl (enable|daemon-reload|disable))/.test(call));

/** Files that are there, without the fakes. */
async function filesOf(host: FakeHost): Promise<string[]> {
  const { text } = await host.run('find "$MASTODON_HOST_ROOT" -type f -not -path "*/fake/*"', [], {
    PATH: "/usr/bin:/bin",
  });
  return text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.slice(host.root.length + 1))
    .toSorted();
}

describe("the script on a fresh host", () => {
  it("installs what is missing, joins, and begins to pull", async () => {
    const host = newHost("rclone", "age", "unattended-upgrade");
    const { code, text, calls } = await host.run(plain, ["up"]);
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(calls).toContain("apt-get install --yes --quiet --no-install-recommends rclone age unattended-upgrades");
    expect(calls).toContainEqual(
      expect.stringMatching(/^tailscale up --auth-key=file:\S+tailnet-key --ssh --hostname=shop-kansas-city$/),
    );
    expect(calls).toContainEqual(
      expect.stringMatching(/^useradd --system .*--shell \/usr\/sbin\/nologin mastodon-pull$/),
    );
    expect(calls).toContain("systemctl enable --now mastodon-pull.timer");
    expect(calls.at(-1)).toBe("systemctl start --no-block mastodon-pull.service");
    expect(text).toContain("pulls the backups of shop to /srv/mastodon-copies at *-*-* 00,06,12,18:31:00 UTC");
  });

  it("keeps secrets in files that only root reads, and out of every command and unit", async () => {
    const host = newHost();
    const { calls } = await host.run(drilling, ["up"]);
    for (const file of ["pull.env", "drill.env", "drill-identity", "report-key", "pull.conf"])
      expect(statSync(join(host.root, etc, file)).mode & 0o777, file).toBe(0o600);
    expect(host.file(`${etc}/pull.env`)).toContain("SECRET_ACCESS_KEY='s3cret'");
    const units = ["mastodon-pull.service", "mastodon-pull-drill.service"].map((name) => unit(host, name));
    expect([...calls, ...units].join("\n")).not.toMatch(/s3cret|tskey|AGE-SECRET|ping\.example/);
    expect(await filesOf(host)).not.toContainEqual(expect.stringMatching(/tailnet-key/));
  });

  it("gives the scripts of the backups to the service's user as they are", async () => {
    const host = newHost();
    await host.run(plain, ["up"]);
    expect(statSync(join(host.root, "opt/mastodon-pull")).mode & 0o777).toBe(0o755);
    expect(statSync(join(host.root, "opt/mastodon-pull/lib.sh")).mode & 0o777).toBe(0o755);
    expect(statSync(join(host.root, "srv/mastodon-copies")).mode & 0o777).toBe(0o700);
    expect(host.file("usr/local/sbin/mastodon-pull")).toBe(hostProgram);
  });

  it("lets the service write the copies and its scratch folder, and nothing else", async () => {
    const host = newHost();
    await host.run(plain, ["up"]);
    const service = unit(host, "mastodon-pull.service").split("\n");
    expect(service).toEqual(
      expect.arrayContaining([
        "User=mastodon-pull",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ReadWritePaths=/var/cache/mastodon-pull /srv/mastodon-copies",
        "EnvironmentFile=/etc/mastodon-pull/pull.env",
        "ExecStart=/usr/local/sbin/mastodon-pull run pull",
      ]),
    );
    expect(unit(host, "mastodon-pull.timer")).toContain("OnCalendar=*-*-* 00,06,12,18:31:00 UTC\nRandomizedDelaySec=");
    expect(service).not.toContainEqual(expect.stringContaining("AssertPathIsMountPoint"));
  });

  it("keeps nothing on the host where the copies go to a bucket", async () => {
    const host = newHost();
    const target = { kind: "s3", endpoint: "nas.example:9000", bucket: "copies" };
    const { text } = await host.run(bundle({ target }), ["up"]);
    expect(text).toContain("to the bucket copies");
    expect(existsSync(join(host.root, "srv"))).toBe(false);
    expect(unit(host, "mastodon-pull.service")).toContain("ReadWritePaths=/var/cache/mastodon-pull \n");
    expect(host.file(`${etc}/pull.env`)).toContain("KANSAS_CITY_PLACE='COPY:copies'");
    expect(host.file(`${etc}/pull.env`)).toContain("RCLONE_CONFIG_COPY_SECRET_ACCESS_KEY='0wn'");
  });
});

describe("a disk that is mounted", () => {
  const mounted = bundle({ target: { path: "/mnt/copies", mounted: true } });

  it("is insisted on by the service", async () => {
    const host = newHost();
    expect((await host.run(mounted, ["up"])).code).toBe(0);
    expect(unit(host, "mastodon-pull.service")).toContain("\nAssertPathIsMountPoint=/mnt/copies\n");
  });

  it("is not replaced by a folder of the same name", async () => {
    const host = newHost();
    const { code, text } = await host.run(mounted, ["up"], { FAKE_UNMOUNTED: "yes" });
    expect([code, text]).toEqual([1, expect.stringContaining("no disk is mounted at /mnt/copies")]);
    expect(existsSync(join(host.root, "mnt"))).toBe(false);
  });
});

describe("the script again", () => {
  it("changes nothing where nothing changed, though its key is used up", async () => {
    const host = newHost();
    await host.run(drilling, ["up"]);
    const { code, text, calls } = await host.run(drilling, ["up"]);
    expect(code).toBe(0);
    expect(text).toContain("nothing to change");
    expect(mutating(calls).filter((call) => !call.startsWith("apt-"))).toEqual([]);
  });

  it("takes another schedule, and joins no second time", async () => {
    const host = newHost();
    await host.run(plain, ["up"]);
    const { calls } = await host.run(bundle({ schedule: "5 3 * * *" }), ["up"]);
    expect(mutating(calls)).toEqual(["systemctl start --no-block mastodon-pull.service"]);
    expect(unit(host, "mastodon-pull.timer")).toContain("OnCalendar=*-*-* 03:05:00 UTC");
  });

  it("removes scripts that there are no more", async () => {
    const host = newHost();
    host.write("opt/mastodon-pull/of-old", "");
    await host.run(plain, ["up"]);
    expect(host.file("opt/mastodon-pull/of-old")).toBeUndefined();
    expect(host.file("opt/mastodon-pull/lib.sh")).toBeDefined();
  });
});

describe("a drill on the host", () => {
  it("brings the server's version of PostgreSQL, without a cluster that runs for ever", async () => {
    const host = newHost();
    const { calls } = await host.run(drilling, ["up"]);
    expect(calls).toContain("apt-get install --yes --quiet --no-install-recommends postgresql-17");
    expect(host.file("etc/postgresql-common/createcluster.d/mastodon-pull.conf")).toBe("create_main_cluster = false\n");
    expect(unit(host, "mastodon-pull-drill.timer")).toContain("OnCalendar=Mon *-*-* 04:05:00 UTC");
    expect(unit(host, "mastodon-pull-drill.service")).toContain(
      "LoadCredential=identity:/etc/mastodon-pull/drill-identity",
    );
  });

  it("may write its own folders alone: neither the copies, nor what the pull works with", async () => {
    const host = newHost();
    await host.run(drilling, ["up"]);
    const lines = unit(host, "mastodon-pull-drill.service").split("\n");
    expect(lines).toContain("ReadWritePaths=/var/cache/mastodon-pull/drill /srv/mastodon-copies/drills");
    expect(existsSync(join(host.root, "var/cache/mastodon-pull/drill"))).toBe(true);
    expect(existsSync(join(host.root, "srv/mastodon-copies/drills"))).toBe(true);
    for (const name of ["BACKUP_WORK", "HOME", "TMPDIR"])
      expect(host.file(`${etc}/drill.env`)).toContain(`${name}='/var/cache/mastodon-pull/drill'`);
  });

  it("gets a newer PostgreSQL than the distribution's from its makers", async () => {
    const host = newHost();
    host.write("usr/share/postgresql-common/pgdg/makers.sh", 'echo makers "$@" >>"$LOG"\n');
    const { calls } = await host.run(drilling, ["up"], { FAKE_OLD: "yes" });
    const order = calls.filter((call) => /^makers|postgresql-17$/.test(call));
    expect(order).toEqual([
      "apt-cache show postgresql-17",
      "makers -y",
      "apt-get install --yes --quiet --no-install-recommends postgresql-17",
    ]);
  });

  it("goes, with the key that opens backups, when it is switched off", async () => {
    const host = newHost();
    await host.run(drilling, ["up"]);
    const { calls } = await host.run(plain, ["up"]);
    expect(calls).toContain("systemctl disable --now mastodon-pull-drill.timer mastodon-pull-drill.service");
    expect((await filesOf(host)).filter((file) => /drill-|drill\.env|report-key/.test(file))).toEqual([]);
  });

  it("is none by default: the host holds nothing that opens a backup", async () => {
    const host = newHost();
    await host.run(plain, ["up"]);
    expect((await filesOf(host)).filter((file) => /identity|drill\.env|createcluster/.test(file))).toEqual([]);
    expect(plain).not.toContain("AGE-SECRET-KEY");
  });
});

describe("the script refuses", () => {
  it.each([
    ["somebody who is not root", { FAKE_UID: "1000" }, /must run as root/],
    [
      "a key that the tailnet does not take",
      { FAKE_REFUSES: "yes" },
      /did not take the key.*raise the Kansas City host's generation/,
    ],
  ])("%s", async (_, environment, expected) => {
    const { code, text } = await newHost().run(plain, ["up"], environment);
    expect(code).toBe(1);
    expect(text).toMatch(expected);
  });

  it("a host that is on another tailnet", async () => {
    const host = newHost();
    host.write("fake/state/tailnet", "");
    const { code, text } = await host.run(plain, ["up"]);
    expect([code, text]).toEqual([1, expect.stringContaining("did not join for this Kansas City host")]);
  });
});

describe("the script downwards", () => {
  it("takes away all that it brought but the copies, and says where they are", async () => {
    const host = newHost();
    host.write("etc/apt/apt.conf.d/50other", "kept");
    host.write("var/lib/mastodon-pull/installed", "rclone\ntailscale\n");
    await host.run(drilling, ["up"]);
    host.write("srv/mastodon-copies/database/20261123T155000Z/manifest.json", "{}");
    const { code, text, calls } = await host.run(drilling, ["down"]);
    expect(code).toBe(0);
    expect(calls).toContain("tailscale logout");
    expect(calls).toContainEqual(
      expect.stringMatching(/^apt-get purge --yes --quiet rclone tailscale( postgresql-17)?$/),
    );
    expect(calls.filter((call) => call.startsWith("userdel"))).toEqual([]);
    expect(text).toContain("the copies stay in /srv/mastodon-copies, and belong to mastodon-pull");
    expect(await filesOf(host)).toEqual([
      "etc/apt/apt.conf.d/50other",
      "srv/mastodon-copies/database/20261123T155000Z/manifest.json",
    ]);
  });

  it("removes the copies only when it is told to", async () => {
    const host = newHost();
    await host.run(plain, ["up"]);
    host.write("srv/mastodon-copies/.hidden", "x");
    host.write("srv/mastodon-copies/database/1/manifest.json", "{}");
    const { text, calls } = await host.run(plain, ["down", "forget-copies"]);
    expect(text).toContain("removed, with the copies in /srv/mastodon-copies");
    expect(calls).toContain("userdel mastodon-pull");
    expect(await filesOf(host)).toEqual([]);
  });

  it("may be repeated", async () => {
    const host = newHost();
    await host.run(plain, ["up"]);
    await host.run(plain, ["down"]);
    const { code, calls } = await host.run(plain, ["down"]);
    expect(code).toBe(0);
    expect(calls.filter((call) => /^(apt-get|tailscale|userdel)/.test(call))).toEqual([]);
  });
});

describe("the state of things", () => {
  it("tells the newest whole dump", async () => {
    const host = newHost();
    await host.run(plain, ["up"]);
    for (const stamp of ["20261122T000000Z", "20261123T000000Z"])
      host.write(`srv/mastodon-copies/database/${stamp}/manifest.json`, "{}");
    host.write("srv/mastodon-copies/database/20261124T000000Z/dump.tar.zst.age", "cut off");
    const { code, text, calls } = await host.run(plain, ["status"]);
    expect(code).toBe(0);
    expect(text).toMatch(/newest whole dump .* is \S+20261123T000000Z\/manifest\.json/);
    expect(calls).toContainEqual(expect.stringMatching(/^systemctl list-timers/));
  });

  it("is not there before the host is set up", async () => {
    const { code, text } = await newHost().run(plain, ["status"]);
    expect([code, text]).toEqual([1, expect.stringContaining("pulls nothing")]);
  });
});
