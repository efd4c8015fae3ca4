// Where backup scripts are tried: real stores, a recorder of what they tell, keys, scratch space, and a way to run them.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { storePath, storePrograms } from "../../../tools/store-programs.ts";
import { projectRoot } from "../../stacks.ts";
import { type ObjectStore, startObjectStore } from "./object-store.ts";
import { heartbeatPath, type Recorder, startRecorder } from "./recorder.ts";

const execute = promisify(execFile);

export const scriptsFolder = join(projectRoot, "images/backup/scripts");

export interface Outcome {
  /** Exit status; -1 when a signal ended it. */
  readonly code: number;
  readonly output: string;
}

interface Running {
  readonly outcome: Promise<Outcome>;
  /** Ends the script and all that it started, as the end of a container does. */
  readonly killAll: () => void;
  /** Sends a signal to the script alone, as Kubernetes does at first. */
  readonly signal: (name: NodeJS.Signals) => void;
}

export interface Bench {
  /** Everything of this bench lies in here, and is gone afterwards. */
  readonly folder: string;
  /** What scripts get: PATH, remotes MEDIA, BACKUPS and OFFSITE with their buckets, scratch space, keys, addresses of the recorder. */
  readonly environment: Readonly<Record<string, string>>;
  readonly store: ObjectStore;
  readonly recorder: Recorder;
  /** File with another private key, which opens nothing. */
  readonly otherIdentity: string;
  /** File with the public key of reports. */
  readonly reportPublicKey: string;
  readonly runScript: (name: string, more?: Environment, ...args: readonly string[]) => Promise<Outcome>;
  readonly startScript: (name: string, more?: Environment, ...args: readonly string[]) => Running;
  /** Runs a program with the bench's environment, and gives what it prints. Throws when it fails. */
  readonly command: (program: string, ...args: readonly string[]) => Promise<string>;
  /** What runs have left in the scratch folder, locks aside. */
  readonly leftovers: () => readonly string[];
  readonly close: () => Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** Why these tests cannot run here; undefined when they can. */
export async function whyNoBench(): Promise<string | undefined> {
  const { missing } = await storePrograms();
  const needed = [
    "psql",
    "pg_dump",
    "pg_amcheck",
    "pg_basebackup",
    "rclone",
    "age",
    "age-keygen",
    "zstd",
    "jq",
    "redis-server",
    "redis-cli",
  ] as const;
  const absent = needed.filter((name) => missing[name] !== undefined);
  return absent.length === 0 ? undefined : absent.map((name) => `${name}: ${missing[name]}`).join("; ");
}

export async function openBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), "backup-"));
  const store = await startObjectStore(folder);
  const recorder = await startRecorder();
  const path = storePath(await storePrograms());
  const work = join(folder, "work");
  mkdirSync(work);
  const keys = await makeKeys(folder, path);
  const environment = {
    PATH: path,
    HOME: folder,
    LC_ALL: "C.UTF-8",
    BACKUP_SERVER: "shop",
    BACKUP_WORK: work,
    BACKUP_RETRY_SECONDS: "0",
    BACKUP_METRICS_URL: recorder.url,
    BACKUP_HEARTBEAT_URL: `${recorder.url}${heartbeatPath}`,
    BACKUP_RECIPIENTS_FILE: keys.recipients,
    BACKUP_IDENTITY_FILE: keys.identity,
    BACKUP_REPORT_KEY_FILE: keys.report,
    ...store.remote("MEDIA"),
    ...store.remote("BACKUPS"),
    ...store.remote("OFFSITE"),
    MEDIA_BUCKET: "media",
    BACKUPS_BUCKET: "backups",
    OFFSITE_BUCKET: "offsite",
    RCLONE_CONFIG: "/notfound",
  };
  const command = async (program: string, ...args: readonly string[]) =>
    (await execute(program, args, { env: environment, maxBuffer: 2 ** 28 })).stdout;
  for (const bucket of ["media", "backups", "offsite"]) await command("rclone", "mkdir", `BACKUPS:${bucket}`);
  const startScript = (name: string, more: Environment = {}, ...args: readonly string[]) =>
    start(join(scriptsFolder, name), args, { ...environment, ...more });
  return {
    folder,
    environment,
    store,
    recorder,
    otherIdentity: keys.other,
    reportPublicKey: keys.reportPublic,
    command,
    startScript,
    runScript: (name, more, ...args) => startScript(name, more, ...args).outcome,
    leftovers: () => readdirSync(work).filter((name) => !name.endsWith(".lock")),
    close: async () => {
      await recorder.stop();
      await store.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The script gets a process group of its own, so that all it starts can be ended with it. */
function start(file: string, args: readonly string[], env: Environment): Running {
  const child = spawn("/bin/sh", [file, ...args], { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      output += part;
    });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, output }));
  });
  return { outcome, killAll: () => endGroup(child), signal: (name) => void child.kill(name) };
}

function endGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}

/** Two pairs of age keys, of which one is a recipient, and an Ed25519 pair that signs reports. */
async function makeKeys(folder: string, path: string) {
  const env = { PATH: path };
  const at = (name: string) => join(folder, name);
  const identity = at("identity");
  const other = at("other-identity");
  const recipients = at("recipients");
  const report = at("report.pem");
  const reportPublic = at("report.pub");
  for (const file of [identity, other]) await execute("age-keygen", ["-o", file], { env });
  const recipient = /public key: (?<key>\S+)/.exec(readFileSync(identity, "utf8"))?.groups?.["key"] ?? "";
  writeFileSync(recipients, `${recipient}\n`);
  await execute("openssl", ["genpkey", "-algorithm", "ed25519", "-out", report], { env });
  await execute("openssl", ["pkey", "-in", report, "-pubout", "-out", reportPublic], { env });
  return { identity, other, recipients, report, reportPublic };
}
