// Runs one S3 server for as long as the caller wants it: for tests, which need no supervisor.
//
//   const s3 = await startS3Server({ folder, region: "nyc3" });
//   ... s3.endpoint, s3.root, s3.authority (certificate file for AWS_CA_BUNDLE, RCLONE_CA_CERT) ...
//   s3.writeUsers([{ accessKey, secretKey, role: "user" }]); // then a bucket policy that names the access key
//   await s3.stop(); // the data stays in the folder; start again with the same folder to go on
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { versitygwProgram } from "../../../tools/engine.ts";
import { lastLines } from "../../processes/files.ts";
import { choosePorts } from "../../processes/ports.ts";
import { until } from "../../processes/waiting.ts";
import { ensureAuthority, ensureServerCertificate } from "../authority.ts";
import {
  healthPath,
  prepareS3Folder,
  randomS3Key,
  s3Command,
  type S3Key,
  type S3User,
  writeS3Users,
} from "./server.ts";

const startLimit = 60_000;

/** A server that runs. */
export interface RunningS3 {
  /** Without a scheme: `127.0.0.1:<port>`. It speaks TLS only. */
  readonly endpoint: string;
  readonly region: string;
  readonly root: S3Key;
  /** File with the certificate of the authority that clients must trust. */
  readonly authority: string;
  /** Replaces all users but the root. */
  writeUsers(users: readonly S3User[]): void;
  /** Ends the process and keeps the data. */
  stop(): Promise<void>;
}

/**
 * Starts a server on a free port.
 * @param folder Absolute; made if it is not there. Data, users, keys and log lie in it.
 * @param root Key that opens everything. @default random
 * @throws EngineError when versitygw cannot be built here.
 */
export async function startS3Server(options: {
  readonly folder: string;
  readonly region: string;
  readonly root?: S3Key;
}): Promise<RunningS3> {
  const { folder, region, root = randomS3Key() } = options;
  const program = await versitygwProgram({ report: (line) => console.error(line) });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  prepareS3Folder(folder);
  const authority = await ensureAuthority(join(folder, "authority"));
  const certificate = await ensureServerCertificate(authority, folder);
  const { s3: port } = await choosePorts(folder, ["s3"]);
  const command = s3Command(program, { folder, port, region, root, certificate });
  const logFile = join(folder, "versitygw.log");
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(command.program, command.args, { stdio: ["ignore", log, log], env: command.env });
  closeSync(log);
  const ended = once(child, "exit");
  await until(() => (child.exitCode === null ? s3Answers(port, authority.certificate) : failed(logFile)), {
    limit: startLimit,
    late: () => new Error(`versitygw does not answer on port ${port}; its log:\n${lastLines(logFile, 6)}`),
  });
  return {
    endpoint: `127.0.0.1:${port}`,
    region,
    root,
    authority: authority.certificate,
    writeUsers: (users) => writeS3Users(folder, users),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** True as soon as the server answers; nothing before. */
export async function s3Answers(port: number, authority: string): Promise<true | undefined> {
  const { promise, resolve } = Promise.withResolvers<true | undefined>();
  const url = `https://127.0.0.1:${port}${healthPath}`;
  const request = get(url, { ca: readFileSync(authority), agent: false, timeout: 2_000 }, (answer) => {
    answer.resume();
    resolve(answer.statusCode === 200 ? true : undefined);
  });
  request.on("timeout", () => request.destroy());
  request.on("error", () => resolve(undefined));
  return promise;
}

function failed(logFile: string): never {
  throw new Error(`versitygw ended at once; its log:\n${lastLines(logFile, 6)}`);
}
