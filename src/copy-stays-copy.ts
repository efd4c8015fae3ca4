// Keeps a server and a sanitised copy apart for good: the one would lose its database, the other would speak in a name that is not its own.
import * as pulumi from "@pulumi/pulumi";
import type { Existing } from "../policies/destruction.ts";
import type { Settings } from "./settings-schema.ts";

const server = { type: "kubernetes:apps/v1:Deployment", name: "mastodon-web" };
const copy = { type: "kubernetes:batch/v1:Job", name: "mastodon-staging-copy" };

/**
 * @param state the stack's resources as the last update or refresh left them
 * @throws pulumi.RunError where a server would become a copy, or a copy a server, whatever is protected
 */
export function assertCopyStaysCopy({ staging }: Pick<Settings, "staging">, state: readonly Existing[]): void {
  const has = (wanted: typeof server) => state.some(({ type, name }) => type === wanted.type && name === wanted.name);
  if (staging !== undefined && has(server) && !has(copy))
    throw new pulumi.RunError(
      "mastodon:staging would drop the database of this server and put a copy of another one in its place; nothing was changed: a copy needs a stack of its own (docs/staging.md)",
    );
  if (staging === undefined && has(copy))
    throw new pulumi.RunError(
      "mastodon:staging is gone, but this stack holds a sanitised copy, which must never federate; nothing was changed: set it again, or make a new stack for a new server (docs/staging.md)",
    );
}
