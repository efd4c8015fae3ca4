// The commands `npm run restore` and `npm run backup-state` as people run them, with a `pulumi` that tells a small state and a bucket that keeps what it is sent.
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { Decrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { backUpState } from "../../src/backup-state/backup-state.ts";
import { projectRoot } from "../stacks.ts";
import { finishedBackup } from "../support/restore/backups.ts";

const stamp = "20261123T120000Z";
const folder = mkdtempSync(join(tmpdir(), "restore-"));
const settings = join(folder, "settings.yaml");
const bucket = new Map<string, Buffer>();
let server: Server;
let identity: string;

const exported = JSON.stringify({
  version: 3,
  deployment: {
    resources: [
      {
        urn: "urn:pulumi:prod::mastodon::digitalocean:index/databaseCluster:DatabaseCluster::postgresql-cluster",
        type: "digitalocean:index/databaseCluster:DatabaseCluster",
        id: "old-id",
        outputs: { name: "social-postgresql", region: "tor1" },
      },
    ],
  },
});

/** Answers what the commands ask of Pulumi, and notes everything else that they would have it do. */
function writeFakePulumi(port: number): void {
  const outputs = {
    buckets: [{ purpose: "backups", name: "b", region: "sfo3", endpoint: `http://127.0.0.1:${port}` }],
  };
  const config = {
    "mastodon:secrets": {
      objectValue: { digitalocean: { main: { spacesAccessKeyId: "id", spacesSecretAccessKey: "key" } } },
    },
  };
  const answers = {
    "stack export": exported,
    "stack output": JSON.stringify(outputs),
    "config --json": JSON.stringify(config),
  };
  const cases = Object.entries(answers).map(([words, answer], index) => {
    writeFileSync(join(folder, `answer-${index}`), answer);
    return `  "${words}") cat "$folder/answer-${index}" ;;`;
  });
  const script = [
    "#!/bin/sh",
    `folder='${folder}'`,
    'case "$1 $2" in',
    ...cases,
    '  *) echo "$*" >>"$folder/asked" ;;',
    "esac",
  ];
  writeFileSync(join(folder, "pulumi"), `${script.join("\n")}\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
}

/** As much of S3 as the commands use. */
function listen(): Promise<number> {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://bucket");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const key = decodeURIComponent(pathname.slice("/b/".length));
      if (request.method === "PUT") bucket.set(key, Buffer.concat(chunks));
      if (request.method === "PUT" || bucket.has(key)) return response.end(bucket.get(key));
      const prefix = searchParams.get("prefix") ?? "";
      const keys = [...bucket.keys()].filter((one) => one.startsWith(prefix));
      const cut = (one: string) => `${prefix}${one.slice(prefix.length).split("/")[0]}/`;
      const items = searchParams.has("delimiter")
        ? [...new Set(keys.map(cut))].map((one) => `<CommonPrefixes><Prefix>${one}</Prefix></CommonPrefixes>`)
        : keys.map((one) => `<Contents><Key>${one}</Key><Size>1</Size></Contents>`);
      return response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${items.join("")}</ListBucketResult>`);
    });
  });
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => {
      const address: AddressInfo | string | null = server.address();
      done(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

interface Ended {
  readonly code: number;
  readonly text: string;
  readonly errors: string;
}

function run(command: "restore" | "backup-state", ...args: string[]): Promise<Ended> {
  const file = join(projectRoot, "src", command, "main.ts");
  const env = { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}`, NO_COLOR: "1" };
  return new Promise((done) => {
    const child = execFile(process.execPath, [file, ...args], { cwd: folder, env }, (error, text, errors) =>
      done({ code: error === null ? 0 : Number(error.code), text, errors }),
    );
    child.stdin?.end();
  });
}

const own = ["--settings", settings, "--stack", "prod", "--folder", join(folder, "journal")];
const asked = (): string => (existsSync(join(folder, "asked")) ? readFileSync(join(folder, "asked"), "utf8") : "");

beforeAll(async () => {
  identity = await generateIdentity();
  const document = parseDocument(readFileSync(join(projectRoot, "Pulumi.prod.yaml"), "utf8"));
  document.setIn(["config", "mastodon:backups", "recipients"], [await identityToRecipient(identity)]);
  writeFileSync(settings, String(document));
  const { manifest } = finishedBackup(stamp, "social");
  bucket.set(`database/${stamp}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
  writeFakePulumi(await listen());
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("npm run restore", { timeout: 60_000 }, () => {
  it("shows what the copy holds and what it would do, and does nothing", async () => {
    const { code, text } = await run("restore", ...own);
    expect(code).toBe(0);
    expect(text).toContain(`${stamp} `);
    expect(text).toContain("100 accounts, 2000 statuses");
    expect(text).toMatch(/^ 1\. Keep a copy of the state$/m);
    expect(text).toContain(`/opt/backup/restore --apply --copy backups --stamp ${stamp}`);
    expect(text).toContain("lost: everything that people wrote in the");
    expect(text).toContain("Nothing was done");
    expect(asked()).toBe("");
  });

  it.each([
    [["--from", "mars"], "--from mars: must be point-in-time"],
    [["--backup", "20251123T120000Z"], `is not there; there are ${stamp}`],
    [["--apply"], "nobody can be asked here; add --yes"],
    [["--apply", "--yes"], "give your private age key with --identity FILE; nothing was done"],
    [["--colour"], "see npm run restore -- --help"],
  ])("refuses %j, and does nothing", async (args, message) => {
    const { code, errors } = await run("restore", ...own, ...args);
    expect(errors).toContain(message);
    expect(errors).not.toContain("    at ");
    expect(code).toBe(1);
    expect(asked()).toBe("");
  });

  it("tells what it is", async () => {
    expect((await run("restore", "--help")).text).toContain("--abandon");
  });
});

describe("npm run backup-state", { timeout: 60_000 }, () => {
  it("leaves the state in the bucket for its recipients alone", async () => {
    const { code, text } = await run("backup-state", "--settings", settings, "--stack", "prod");
    expect(text).toMatch(/^state\/\d{8}T\d{6}Z\.json\.zst\.age: 1 resources, \d+ bytes$/m);
    expect(code).toBe(0);
    const [key = ""] = text.split(":");
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const opened = zstdDecompressSync(await decrypter.decrypt(bucket.get(key) ?? Buffer.alloc(0)));
    expect(opened.toString()).toBe(exported);
  });

  it("refuses where nobody could open it, or there is nothing in it", async () => {
    const store = { write: () => Promise.reject(new Error("must not be reached")) };
    await expect(backUpState(exported, [], store, new Date())).rejects.toThrow("nobody could open the copy");
    const recipient = await identityToRecipient(identity);
    await expect(backUpState('{"deployment":{"resources":[]}}', [recipient], store, new Date())).rejects.toThrow(
      "no resources yet",
    );
  });
});
