// Which images run: their names, and the digests that an operator has checked.
import { z } from "zod";
import { edgeImage, railsImage, streamingImage } from "./versions.ts";

const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9./_-]*$/, {
  error: `must be an image without tag and digest, for example ${railsImage}`,
});

const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, {
  error:
    "must be a digest: sha256: and 64 hexadecimal digits, as `docker buildx imagetools inspect IMAGE:TAG` shows it",
});

const digestsSchema = z.strictObject({
  rails: digestSchema.optional(),
  streaming: digestSchema.optional(),
});

export const imagesSchema = z.strictObject({
  rails: nameSchema.default(railsImage),
  streaming: nameSchema.default(streamingImage),
  edge: z
    .string()
    .regex(/[:@]/, { error: `must carry a tag or a digest, for example ${edgeImage}` })
    .default(edgeImage),
  digests: z
    .record(z.string(), digestsSchema)
    .default({})
    .describe(
      "by release of Mastodon, the digests that its images must have; a release that is not listed is taken by its tag, so that an upgrade needs its version alone",
    ),
});

interface Images {
  readonly version: string;
  readonly images: z.infer<typeof imagesSchema>;
}

/** The Rails image of the settings' version. */
export function railsImageOf({ images, version }: Images): string {
  return pinned(`${images.rails}:v${version}`, images.digests[version]?.rails);
}

/** The streaming image of the settings' version. */
export function streamingImageOf({ images, version }: Images): string {
  return pinned(`${images.streaming}:v${version}`, images.digests[version]?.streaming);
}

/** The tag stays for people; what is pulled is what the digest says. */
function pinned(image: string, digest: string | undefined): string {
  return digest === undefined ? image : `${image}@${digest}`;
}
