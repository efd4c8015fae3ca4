// Mends a line of somebody else's program for a build. No copy of its source is kept here, and the one in Go's module cache stays as it is.
import { appendFile, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { run } from "./run.ts";

const patchesSchema = z.strictObject({
  module: z.string(),
  patches: z.array(
    z.strictObject({
      why: z.string(),
      /** Below the folder of the module that is mended. */
      file: z.string(),
      /** Text that stands in the file exactly once. */
      after: z.string(),
      insert: z.string(),
    }),
  ),
});

/**
 * Copies a module into the work folder, mends the copy as `patches.json` there says, and lets go.mod build from the copy.
 * @throws Error where a text is not there exactly once: the program's next version may need no mending any more
 */
export async function mendModule(workFolder: string, sourceFolder: string): Promise<void> {
  const { module, patches } = patchesSchema.parse(JSON.parse(await readFile(join(workFolder, "patches.json"), "utf8")));
  const copy = join(workFolder, "mended");
  await cp(sourceFolder, copy, { recursive: true });
  await run("chmod", ["-R", "u+w", copy]); // the module cache is read-only, and the work folder is to be removed again
  for (const { file, after, insert } of patches) {
    const path = join(copy, file);
    const [before, rest, ...more] = (await readFile(path, "utf8")).split(after);
    if (before === undefined || rest === undefined || more.length > 0)
      throw new Error(`${file} of ${module} has another text than patches.json mends; look whether it is needed still`);
    await writeFile(path, before + after + insert + rest);
  }
  await appendFile(join(workFolder, "go.mod"), `\nreplace ${module} => ./mended\n`);
}
