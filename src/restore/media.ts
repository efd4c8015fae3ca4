// Media back from the copy: one object out of the current copy or its history, or everything by rclone.
import { spawn } from "node:child_process";
import mime from "mime-types";
import { rcloneProvider } from "../../components/storage/rclone-provider.ts";
import { UsageError } from "../stack-choice.ts";
import type { Store, StoreAccess } from "./store.ts";

/**
 * One object as it was: the newest of the history, which holds what was deleted or overwritten; else what the copy has.
 * @returns where it was found
 */
export async function restoreMediaObject(
  key: string,
  backups: Pick<Store, "list" | "read">,
  media: Pick<Store, "write">,
): Promise<string> {
  const stamps = (await backups.list("media/history/", "/"))
    .map((folder) => folder.key)
    .toSorted()
    .toReversed();
  for (const place of [...stamps, "media/current/"]) {
    const files = await backups.list(`${place}${key}`);
    if (!files.some((file) => file.key === `${place}${key}`)) continue;
    await media.write(key, await backups.read(`${place}${key}`), contentTypeOf(key));
    return `${place}${key}`;
  }
  throw new UsageError(`--media-key ${key}: neither the copy nor its history has it`);
}

/** Mastodon's own paths end in what the file is. */
function contentTypeOf(key: string): string {
  return mime.lookup(key) || "application/octet-stream";
}

/** Variables by which rclone knows the two buckets, without a file. */
export function rcloneEnvironment(remotes: Readonly<Record<string, StoreAccess>>): Record<string, string> {
  const extra = process.env["AWS_CA_BUNDLE"];
  return Object.fromEntries([
    ...Object.entries(remotes).flatMap(([name, { endpoint, region, accessKeyId, secretAccessKey }]) => [
      [`RCLONE_CONFIG_${name}_TYPE`, "s3"],
      [`RCLONE_CONFIG_${name}_PROVIDER`, rcloneProvider("DigitalOcean", endpoint)],
      [`RCLONE_CONFIG_${name}_ENDPOINT`, endpoint],
      [`RCLONE_CONFIG_${name}_REGION`, region],
      [`RCLONE_CONFIG_${name}_ACCESS_KEY_ID`, accessKeyId],
      [`RCLONE_CONFIG_${name}_SECRET_ACCESS_KEY`, secretAccessKey],
    ]),
    ["RCLONE_S3_NO_CHECK_BUCKET", "true"],
    ...(extra === undefined ? [] : [["RCLONE_CA_CERT", extra]]),
  ]);
}

/** Runs rclone with its progress shown. It can be run again: what is there and equal is skipped. */
export function rclone(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn("rclone", [...args], { stdio: "inherit", env: { ...process.env, ...environment } });
    child.once("error", (error: NodeJS.ErrnoException) =>
      fail(
        error.code === "ENOENT" ? new UsageError("there is no `rclone` on the PATH; install it (rclone.org)") : error,
      ),
    );
    child.once("close", (code) =>
      code === 0 ? done() : fail(new UsageError(`rclone ended with ${code}; run this command again, it goes on`)),
    );
  });
}
