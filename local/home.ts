// Where a checkout keeps everything that the local cloud writes: one ignored folder, or the one that the environment names.
import { join, resolve } from "node:path";

/** The project's root folder. */
export const projectRoot = resolve(import.meta.dirname, "..");

/** The folder with all run-time state of this checkout; `MASTODON_LOCAL_HOME` overrides it. */
export function localHome(): string {
  return resolve(process.env["MASTODON_LOCAL_HOME"] ?? join(projectRoot, ".local"));
}

/** The kubeconfig file that the summary names. */
export function kubeconfigPath(home: string): string {
  return join(home, "kubeconfig");
}
