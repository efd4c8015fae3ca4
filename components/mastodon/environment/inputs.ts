// What the environments are made from.
import type * as pulumi from "@pulumi/pulumi";
import type { MastodonArgs } from "../args.ts";

/** Mastodon's own secrets, given or generated. */
export interface MastodonSecrets {
  readonly secretKeyBase: pulumi.Input<string>;
  readonly activeRecord: {
    readonly primaryKey: pulumi.Input<string>;
    readonly deterministicKey: pulumi.Input<string>;
    readonly keyDerivationSalt: pulumi.Input<string>;
  };
  readonly vapid: { readonly privateKey: pulumi.Input<string>; readonly publicKey: pulumi.Input<string> };
}

export type EnvironmentInputs = Pick<
  MastodonArgs,
  | "settings"
  | "domains"
  | "network"
  | "database"
  | "valkey"
  | "search"
  | "media"
  | "assets"
  | "mail"
  | "cachePurge"
  | "metrics"
  | "staging"
> & { readonly secrets: MastodonSecrets };

/** Where the certificate authority of the database is mounted, in every process that connects to it. */
export const databaseCaFolder = "/etc/mastodon/database";
export const databaseCaFile = "ca.crt";
export const databaseCaPath = `${databaseCaFolder}/${databaseCaFile}`;
