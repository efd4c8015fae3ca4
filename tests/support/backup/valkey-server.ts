// A real Redis or Valkey server with TLS and a password, in a temporary folder.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "../free-port.ts";
import type { Bench } from "./bench.ts";

const execute = promisify(execFile);

export interface ValkeyServer {
  /** With the user who may do everything. */
  readonly url: string;
  /** With a user to whom the commands of replicas are forbidden, as managed servers may. */
  readonly limitedUrl: string;
  /** PEM file of the authority that signed the server's certificate. */
  readonly authority: string;
  /** Runs commands, one a line, and gives the answers. */
  readonly run: (commands: string) => Promise<string>;
  /** Ends the server and lets go what it held; the folder with its snapshot stays. */
  readonly stop: () => Promise<void>;
}

const password = "pass%word/1";

/** @param snapshot an RDB file that the server begins with */
export async function startValkey(bench: Bench, snapshot?: string): Promise<ValkeyServer> {
  const folder = mkdtempSync(join(bench.folder, "valkey-"));
  const env = bench.environment;
  const port = await freePort();
  const certificate = await makeCertificate(folder, env);
  if (snapshot !== undefined) await execute("cp", [snapshot, join(folder, "dump.rdb")]);
  const tls = ["--tls-port", String(port), "--port", "0", "--tls-auth-clients", "no", "--bind", "127.0.0.1"];
  const files = ["--tls-cert-file", certificate.certificate, "--tls-key-file", certificate.key];
  const rest = [
    "--tls-ca-cert-file",
    certificate.certificate,
    "--requirepass",
    password,
    "--dir",
    folder,
    "--save",
    "",
  ];
  const server = spawn("redis-server", [...tls, ...files, ...rest], { env, stdio: "ignore" });
  const client = ["-h", "127.0.0.1", "-p", String(port), "--tls", "--cacert", certificate.certificate];
  const run = (commands: string) => talk(client, env, commands);
  await answering(run, server);
  await run(`ACL SETUSER limited on >${password} ~* &* +@all -sync -psync -replconf`);
  const address = (user: string) => `rediss://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  return {
    url: address("default"),
    limitedUrl: address("limited"),
    authority: certificate.certificate,
    run,
    stop: () => ended(server),
  };
}

function talk(client: readonly string[], env: NodeJS.ProcessEnv, commands: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile("redis-cli", [...client], { env: { ...env, REDISCLI_AUTH: password } }, (error, stdout) =>
    error ? reject(error) : resolve(stdout.trim()),
  );
  child.stdin?.end(`${commands}\n`);
  return promise;
}

async function answering(run: (commands: string) => Promise<string>, server: ChildProcess): Promise<void> {
  while ((await run("PING").catch(() => "")) !== "PONG") {
    if (server.exitCode !== null) throw new Error("redis-server has ended at its start");
    await pause(50);
  }
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.once("exit", () => resolve());
    server.kill();
  });
}

async function makeCertificate(folder: string, env: NodeJS.ProcessEnv) {
  const certificate = join(folder, "server.crt");
  const key = join(folder, "server.key");
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate];
  await execute("openssl", ["req", "-x509", ...made, ...subject], { env });
  return { certificate, key };
}
