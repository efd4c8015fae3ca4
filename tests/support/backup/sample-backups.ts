// Backups as the scripts leave them in the backups bucket, small enough to make many.
import { createHash } from "node:crypto";
import type { Bench } from "./bench.ts";
import { fill } from "./contents.ts";

/** A complete backup: its file, and the manifest that describes it. */
export function backup(kind: string, stamp: string, text = `${kind} of ${stamp}`): Record<string, string> {
  const name = kind === "database" ? "dump.tar.zst.age" : `${kind}.age`;
  const file = { name, size: text.length, sha256: createHash("sha256").update(text).digest("hex") };
  const manifest = { version: 1, kind, server: "shop", started: "2026-11-23T00:00:00Z", finished: stamp, file };
  return { [`${kind}/${stamp}/${name}`]: text, [`${kind}/${stamp}/manifest.json`]: JSON.stringify(manifest) };
}

const sealed = (text: string) => `-----BEGIN AGE ENCRYPTED FILE-----\n${text}\n-----END AGE ENCRYPTED FILE-----\n`;

/** One of each kind; gives what the bucket then holds. */
export async function fillBackups(bench: Bench, stamp: string): Promise<Record<string, string>> {
  const contents = {
    ...backup("database", stamp),
    ...backup("valkey", stamp),
    ...backup("cluster", stamp),
    [`state/${stamp}.json.zst.age`]: sealed(`state ${stamp}`),
    "escrow/mastodon-0123456789ab.age": sealed("keys"),
  };
  await fill(bench, "BACKUPS:backups", contents);
  return contents;
}

/** What copy-media writes of a run, with all media as its sample. */
export function mediaManifest(stamp: string, media: Readonly<Record<string, string>>): Record<string, string> {
  const sample = Object.entries(media).map(([key, text]) => ({
    key,
    size: text.length,
    sha256: createHash("sha256").update(text).digest("hex"),
  }));
  const bytes = Object.values(media).join("").length;
  const manifest = { version: 1, stamp, count: sample.length, bytes, sample };
  return { [`media/manifests/${stamp}.json`]: JSON.stringify(manifest) };
}
