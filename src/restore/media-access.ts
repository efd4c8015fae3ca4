// Who may read media that come back: a copy keeps no access lists, and in a private bucket nobody sees an object that has none.
import type { ObjectCannedACL } from "@aws-sdk/client-s3";

/** Archives that people ask for of their own data. Mastodon keeps them beside the media, and opens them to nobody else. */
const archives = "backups/";

/** As Mastodon gives it to each upload (its S3_PERMISSION, which this stack leaves at `public-read`). */
export function mediaAcl(key: string): ObjectCannedACL {
  return key.startsWith(archives) ? "private" : "public-read";
}

/** All media by rclone. Archives stay behind: people make new ones by a click, and one list serves all objects. */
export function mediaCopy(from: string, to: string): readonly string[] {
  return ["copy", "--checksum", "--metadata", "--progress", "--exclude", `/${archives}**`, from, to];
}

/** For the remote MEDIA. */
export const mediaCopyAccess = { RCLONE_CONFIG_MEDIA_ACL: "public-read" } as const;
