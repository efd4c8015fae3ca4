// Builds the copy at another provider that nobody can delete.
import { ImmutableCopy } from "../../components/backups/immutable-copy.ts";
import { providerOf } from "../providers.ts";
import type { Context } from "./context.ts";

export function buildBackups({ settings, providers, buckets }: Context): ImmutableCopy {
  const { name: prefix, backups, protect } = settings;
  return new ImmutableCopy(
    "immutable",
    { prefix, bucket: buckets.immutable, settings: backups.immutable, protect },
    { providers: [providerOf(providers.aws, backups.immutable.region)] },
  );
}
