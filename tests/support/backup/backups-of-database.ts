// What tests ask about database backups in a bucket, and what they put beside them.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Bench } from "./bench.ts";
import { fill, keysOf } from "./contents.ts";

const manifestSchema = z.object({
  version: z.literal(1),
  kind: z.literal("database"),
  server: z.string(),
  started: z.iso.datetime(),
  finished: z.iso.datetime(),
  file: z.object({ name: z.string(), size: z.number(), sha256: z.string() }),
  postgresql: z.object({ server: z.string(), client: z.string() }),
  tables: z.record(z.string(), z.number()),
  newestStatus: z.string().nullable(),
  extensions: z.array(z.string()),
  roles: z.array(z.string()),
});

const reportSchema = z.object({
  kind: z.literal("drill"),
  copy: z.string(),
  backup: z.string(),
  result: z.string(),
  amcheck: z.string(),
  restored: z.object({ tables: z.record(z.string(), z.number()) }),
  media: z.object({ checked: z.number() }),
  differences: z.array(z.string()),
});

/** Where dumps lie. */
const place = "BACKUPS:backups/database";

const manifestName = "/manifest.json";

/** Stamps of the folders that have a manifest, oldest first. */
export async function completeBackups(bench: Bench): Promise<readonly string[]> {
  const keys = await keysOf(bench, place);
  return keys.filter((key) => key.endsWith(manifestName)).map((key) => key.slice(0, -manifestName.length));
}

export async function newestBackup(bench: Bench): Promise<string> {
  const newest = (await completeBackups(bench)).at(-1);
  if (newest === undefined) throw new Error("there is no complete backup");
  return newest;
}

export async function manifestOf({ command }: Bench, stamp: string) {
  return manifestSchema.parse(JSON.parse(await command("rclone", "cat", `${place}/${stamp}${manifestName}`)));
}

/** Key of the newest backup's archive. */
export async function newestArchive(bench: Bench): Promise<string> {
  return `${place}/${await newestBackup(bench)}/dump.tar.zst.age`;
}

/** The content of an object. */
export async function bytesOf({ command, folder }: Bench, key: string): Promise<Buffer> {
  const file = join(folder, "downloaded");
  await command("rclone", "copyto", "--ignore-times", key, file);
  return readFileSync(file);
}

/** Puts other bytes in the place of an object, past all scripts. */
export async function overwrite({ command, folder }: Bench, key: string, bytes: Buffer): Promise<void> {
  const file = join(folder, "overwriting");
  writeFileSync(file, bytes);
  await command("rclone", "copyto", "--ignore-times", file, key);
}

/** A copy of two media objects, and the list with their checksums that a drill looks into. */
export async function fillMedia(bench: Bench): Promise<void> {
  const media = {
    "accounts/avatars/1/original/a b.png": "a picture",
    "media_attachments/files/2/original/c.jpg": "two",
  };
  const sample = Object.entries(media).map(([key, text]) => ({
    key,
    size: text.length,
    sha256: createHash("sha256").update(text).digest("hex"),
  }));
  const list = { version: 1, stamp: "20261101T000000Z", count: 2, bytes: 12, sample };
  await fill(bench, "BACKUPS:backups/media/current", media);
  await fill(bench, "BACKUPS:backups/media/manifests", { "20261101T000000Z.json": JSON.stringify(list) });
}

/** The newest drill's report, after its signature has been checked with the public key. */
export async function signedReport(bench: Bench) {
  const keys = await keysOf(bench, "BACKUPS:backups/drills");
  const name = keys.findLast((key) => key.endsWith(".json")) ?? "";
  const report = await bytesOf(bench, `BACKUPS:backups/drills/${name}`);
  const files = { report: join(bench.folder, "report"), signature: join(bench.folder, "signature") };
  writeFileSync(files.report, report);
  writeFileSync(files.signature, await bytesOf(bench, `BACKUPS:backups/drills/${name.replace(/json$/, "sig")}`));
  await verifySignature(bench, files);
  return reportSchema.parse(JSON.parse(report.toString()));
}

/** As docs tell people to. Throws when it does not fit. */
export async function verifySignature(bench: Bench, files: { readonly report: string; readonly signature: string }) {
  const { report, signature } = files;
  const key = ["-pubin", "-inkey", bench.reportPublicKey];
  await bench.command("openssl", "pkeyutl", "-verify", ...key, "-rawin", "-in", report, "-sigfile", signature);
}
