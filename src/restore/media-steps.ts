// The steps that bring media back: out of the copy in the backups bucket, into the bucket that the server reads.
import { bucketNames } from "../names.ts";
import type { Settings } from "../settings-schema.ts";
import type { Step } from "./plan.ts";
import type { Request } from "./request.ts";

export function mediaSteps(settings: Settings, { mediaKey }: Request): Step[] {
  const { media, backups } = bucketNames(settings);
  const what = mediaKey ?? "what is missing or differs";
  return [
    {
      title: `Copy media back from ${backups} to ${media}: ${what}`,
      actions: [{ kind: "media", key: mediaKey }],
      check:
        "rclone compares checksums of what it copied; a deleted or overwritten object is taken from the newest history that has it",
    },
  ];
}
