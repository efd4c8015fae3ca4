// What hosts of queue workers and of copies are given, judged by the field's own programs: cloud-init's schema, shellcheck, Ansible.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { environmentFiles } from "../../components/backups/kansas-city/environment.ts";
import {
  hostConfiguration,
  hostProgram as pullProgram,
  pullBundle,
} from "../../components/backups/kansas-city/files.ts";
import { kansasCitySchema } from "../../components/backups/kansas-city/settings.ts";
import { workerUserData } from "../../components/workers/cloud-init.ts";
import { joinBundle } from "../../components/workers/host/bundle.ts";
import { hostProgram } from "../../components/workers/host/files.ts";
import { ansibleInventory } from "../../components/workers/inventory.ts";
import { workersSettingsSchema } from "../../components/workers/settings.ts";
import { EngineError } from "../../tools/failures.ts";
import { prepareHostChecks } from "../../tools/linters.ts";
import type { PythonProgram } from "../../tools/python.ts";
import { projectRoot } from "../stacks.ts";
import { FakeHost } from "../support/fake-host.ts";

const folder = mkdtempSync(join(tmpdir(), "worker-hosts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let tools: PythonProgram | undefined;
let missing = "";

beforeAll(async () => {
  try {
    tools = await prepareHostChecks();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    missing = error.message;
    console.warn(`Nothing judges the files of workers' hosts: ${missing}`);
  }
}, 600_000);

interface Verdict {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of the packages: a Python module, or a file among them. */
function judge(
  program: { module: string } | { file: string },
  args: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<Verdict> {
  if (tools === undefined) throw new Error("the programs are there, or the test is skipped");
  const { python, packages } = tools;
  const [command, first] = "module" in program ? [python, ["-m", program.module]] : [join(packages, program.file), []];
  const env = {
    ...process.env,
    PYTHONPATH: packages,
    PYTHONDONTWRITEBYTECODE: "1",
    ANSIBLE_HOME: folder,
    LC_ALL: "C.UTF-8",
    ...more,
  };
  return new Promise((resolve) => {
    execFile(command, [...first, ...args], { env, cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, output: stdout + stderr }),
    );
  });
}

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const workers = workersSettingsSchema.parse({
  "queue-1": { account: "my-queues", queues: ["push"], threads: 5 },
  home: { where: "external", queues: ["push", "pull"], threads: 5 },
});
function pullScript(changes: object = {}): string {
  const settings = kansasCitySchema.parse(changes);
  const plan = { server: "shop", hostname: "shop-kansas-city", postgresql: "17", settings };
  const source = { bucket: "b", region: "sfo3", endpoint: "s3.example", accessKeyId: "a", secretAccessKey: "s" };
  const unused = { targetKey: undefined, gateways: [], heartbeats: { pull: undefined, drill: undefined } };
  const { pull, drill } = environmentFiles({ ...plan, ...unused, source });
  const keys = { "drill.env": drill, "drill-identity": "x", "report-key": "y" };
  return pullBundle("shop", {
    "pull.conf": hostConfiguration(plan),
    "pull.env": pull,
    ...(settings.drill.enabled && keys),
    "tailnet-key": "k",
  });
}

const inventory = () => written("inventory.json", JSON.stringify(ansibleInventory("shop", workers)));

describe("a droplet's user data", () => {
  const schema = join(projectRoot, "tests/data/cloud-config.schema.json");
  const check = (config: unknown) =>
    judge({ module: "jsonschema" }, ["--instance", written("config.json", JSON.stringify(config)), schema]);

  it("fits cloud-init's schema, which a misspelt module does not", async ({ skip }) => {
    skip(tools === undefined, missing);
    const config: unknown = parse(workerUserData({ hostname: "shop-queue-1", tailnetKey: "tskey-1" }));
    expect(await check(config)).toMatchObject({ code: 0 });
    expect(
      await check({ ...z.record(z.string(), z.unknown()).parse(config), runcmd: [{ wrong: true }] }),
    ).toMatchObject({ code: 1 });
  });
});

describe("the host's script", () => {
  it.for([
    { what: "itself", text: hostProgram },
    { what: "of the copies, itself", text: pullProgram },
    { what: "of the copies, in its bundle", text: pullScript() },
    {
      what: "in its bundle",
      text: joinBundle("home", { "worker.conf": "NAME='x'\n", "sidekiq.env": "A=$x\n", "database-ca.crt": "PEM\n" }),
    },
  ])("has nothing that shellcheck objects to, $what", { timeout: 120_000 }, async ({ text }, { skip }) => {
    skip(tools === undefined, missing);
    expect(
      await judge({ file: "bin/shellcheck" }, ["--shell=sh", "--severity=style", written("script.sh", text)]),
    ).toEqual({
      code: 0,
      output: "",
    });
  });

  it("would be objected to with an unquoted variable", async ({ skip }) => {
    skip(tools === undefined, missing);
    const { code } = await judge({ file: "bin/shellcheck" }, [written("bad.sh", "#!/bin/sh\nrm -rf $1\n")]);
    expect(code).toBe(1);
  });
});

function verify(args: readonly string[]) {
  return spawnSync("systemd-analyze", ["verify", "--man=no", ...args], { encoding: "utf8" });
}

describe("the services of the host that pulls the backups", () => {
  const units = ["mastodon-pull", "mastodon-pull-drill"].flatMap((name) => [`${name}.service`, `${name}.timer`]);

  /** Writes the units with a change, and says what systemd makes of them. Their own program is not on this machine. */
  async function judged(change: (text: string) => string): Promise<string> {
    const host = new FakeHost();
    const target = { path: "/mnt/copies", mounted: true };
    await host.run(pullScript({ drill: { enabled: true }, target }), ["up"]);
    const files = units.map((name) =>
      written(
        name,
        change(host.file(`etc/systemd/system/${name}`) ?? "").replaceAll(/^ExecStart=\S+/gm, "ExecStart=/bin/true"),
      ),
    );
    host.remove();
    return verify(files).stderr;
  }

  it("are what systemd takes, which a misspelt setting is not", async ({ skip }) => {
    skip(verify(["--version"]).status !== 0, "systemd-analyze is not here");
    expect(await judged((text) => text)).not.toMatch(/mastodon-pull/);
    expect(await judged((text) => text.replace("NoNewPrivileges", "NoNewPrivilege"))).toMatch(/mastodon-pull.*Unknown/);
  });
});

/** Where Ansible puts what it knows of hosts. */
const meta = "_meta";

describe("Ansible", () => {
  it("reads the inventory, with each host in its groups", async ({ skip }) => {
    skip(tools === undefined, missing);
    const { code, output } = await judge({ module: "ansible.cli.inventory" }, ["--inventory", inventory(), "--list"]);
    expect(code).toBe(0);
    expect(output).not.toContain("WARNING");
    const listed = z
      .object({
        [meta]: z.object({ hostvars: z.record(z.string(), z.record(z.string(), z.unknown())) }),
        account_my_queues: z.object({ hosts: z.array(z.string()) }),
        queue_push: z.object({ hosts: z.array(z.string()) }),
      })
      .parse(JSON.parse(output));
    expect(listed.queue_push.hosts.toSorted((one, other) => one.localeCompare(other))).toEqual([
      "shop-home",
      "shop-queue-1",
    ]);
    expect(listed[meta].hostvars["shop-queue-1"]).toMatchObject({
      ansible_user: "mastodon",
      mastodon_role: "queue-worker",
    });
  });

  it("runs the playbook: each host gets its own bundle on standard input, and says whether something changed", async ({
    skip,
  }) => {
    skip(tools === undefined, missing);
    const bundle = (worker: string) => ({
      bundle: `echo "${worker} $1" >>${folder}/ran; echo ${worker === "home" ? "nothing to change" : "changed"}`,
    });
    const outputs = written("outputs.json", JSON.stringify({ "queue-1": bundle("queue-1"), home: bundle("home") }));
    const here = {
      ansible_connection: "local",
      ansible_become: false,
      ansible_python_interpreter: tools?.python,
      stack_command: ["cat", outputs],
    };
    const { code, output } = await judge({ module: "ansible.cli.playbook" }, [
      "--inventory",
      inventory(),
      "--extra-vars",
      JSON.stringify(here),
      join(projectRoot, "ansible/workers.yml"),
    ]);
    expect(code, output).toBe(0);
    expect(readFileSync(join(folder, "ran"), "utf8").trim().split("\n").toSorted()).toEqual(["home up", "queue-1 up"]);
    expect(output).toMatch(/shop-home +: ok=\d +changed=0 /);
    expect(output).toMatch(/shop-queue-1 +: ok=\d +changed=1 /);
    expect(output).not.toContain("echo");
  });
});
