// The documentation site as the settings name it, read before anything is registered.
import { resolve } from "node:path";
import { readSite } from "../components/storage/site/files.ts";
import { encodingProblems, type SiteObject, siteObjects } from "../components/storage/site/objects.ts";
import { SettingsError } from "./settings.ts";
import type { Settings } from "./settings-schema.ts";

/** The folder of `Pulumi.yaml`. */
const projectRoot = resolve(import.meta.dirname, "..");

/**
 * The objects that the site consists of; none where no folder is set.
 * @param root folder that `storage.docs.site` starts from. @default - the project's own
 * @throws SettingsError with everything in the folder that cannot be published
 */
export function readDocsSite({ storage }: Pick<Settings, "storage">, root = projectRoot): readonly SiteObject[] {
  const { site, cache } = storage.docs;
  if (site === undefined) return [];
  const { files, problems } = readSite(root, site);
  const all = [...problems, ...encodingProblems(files)];
  if (all.length > 0) throw new SettingsError(all);
  return siteObjects(files, cache);
}
