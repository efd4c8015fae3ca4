// One versitygw, a real S3 server on a folder: its files, its command line, its users. It is kept running as a supervised store (kind.ts).
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeJson } from "../../processes/files.ts";
import type { CertificateFiles } from "../authority.ts";

/** A key pair that opens the server. */
export interface S3Key {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** `admin` may do everything in every bucket; `user` what bucket policies that name its access key allow, and nothing else. */
export interface S3User extends S3Key {
  readonly role: "admin" | "user";
}

/** What a server is started with. */
export interface S3Server {
  /** Absolute; all of the server's data. Made by {@link prepareS3Folder}. */
  readonly folder: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** What clients must sign for, for example `nyc3`. */
  readonly region: string;
  /** Opens everything, and is no user of anybody. */
  readonly root: S3Key;
  /** Absolute paths of PEM files. */
  readonly certificate: CertificateFiles;
}

/** Where a server keeps what. */
export function foldersOf(folder: string) {
  return {
    // One folder for each bucket, and in it one file for each object.
    data: join(folder, "data"),
    versions: join(folder, "versions"),
    // Beside the data, because not every file system has extended attributes, and ext4 keeps only 4 KB of them: too little for a policy.
    metadata: join(folder, "metadata"),
    users: join(folder, "users"),
  };
}

/** Makes the server's folders; what is in them already is kept. */
export function prepareS3Folder(folder: string): void {
  const folders = Object.values(foldersOf(folder));
  for (const path of folders) mkdirSync(path, { recursive: true, mode: 0o700 });
  if (!existsSync(usersFile(folder))) writeS3Users(folder, []);
}

/** The command of the server; all paths absolute, since versitygw changes its working folder. */
export function s3Command(program: string, server: S3Server) {
  const { data, versions, metadata, users } = foldersOf(server.folder);
  return {
    program,
    args: [
      ["--port", `127.0.0.1:${server.port}`, "--region", server.region],
      ["--cert", server.certificate.certificate, "--key", server.certificate.key],
      // Without its cache a user that was changed or removed is so at once.
      ["--iam-dir", users, "--iam-cache-disable"],
      ["--health", healthPath, "--quiet"],
      ["posix", "--versioning-dir", versions, "--sidecar", metadata, data],
    ].flat(),
    // Not in the command line, which every user of the machine can read.
    env: { ROOT_ACCESS_KEY: server.root.accessKey, ROOT_SECRET_KEY: server.root.secretKey },
  };
}

/** Answers 200 without a signature as soon as the server serves. */
export const healthPath = "/health";

function usersFile(folder: string): string {
  return join(foldersOf(folder).users, "users.json");
}

/** The server's users; whoever is not among them is unknown from now on. Takes effect at once, also while the server runs. */
export function writeS3Users(folder: string, users: readonly S3User[]): void {
  const accounts = users.map(({ accessKey, secretKey, role }) => [
    accessKey,
    { access: accessKey, secret: secretKey, role, userID: 0, groupID: 0, projectID: 0 },
  ]);
  writeJson(usersFile(folder), { accessAccounts: Object.fromEntries(accounts) });
}

/** A new key pair, for a server's root. */
export function randomS3Key(): S3Key {
  return { accessKey: `ROOT${randomBytes(8).toString("hex")}`, secretKey: randomBytes(30).toString("base64url") };
}
