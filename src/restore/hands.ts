// What a plan is carried out with in earnest: Pulumi, the cluster, the stores, and the operator's private key.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "../stack-choice.ts";
import { type Chosen, spacesAccess } from "./chosen.ts";
import { restoreInCluster } from "./in-cluster.ts";
import { mediaAcl, mediaCopy, mediaCopyAccess } from "./media-access.ts";
import { rclone, rcloneEnvironment, restoreMediaObject } from "./media.ts";
import type { Pulumi } from "./pulumi.ts";
import type { Request } from "./request.ts";
import type { Hands } from "./run.ts";
import { giveKeys, openBundle } from "./secrets.ts";
import { openStore } from "./store.ts";

export interface HandsOptions extends Pick<Hands, "saveState" | "confirm" | "print"> {
  readonly chosen: Chosen;
  readonly pulumi: Pulumi;
  readonly request: Pick<Request, "identity">;
}

const databaseSchema = z.looseObject({
  database: z.looseObject({ host: z.string(), port: z.int(), name: z.string(), user: z.string() }),
});

export function handsFor({ chosen, pulumi, request, ...shown }: HandsOptions): Hands {
  const access = async (purpose: "backups" | "media") => spacesAccess(chosen, purpose, pulumi, await pulumi.outputs());
  return {
    ...shown,
    pulumi,
    giveSecrets: async (key) => {
      const store = openStore(await access("backups"));
      const newest = key ?? newestBundle(await pulumi.outputs());
      const bundle = await openBundle((await store.read(newest)).toString(), identityOf(request), chosen.settings);
      return giveKeys(bundle, pulumi);
    },
    restoreDatabase: async (copy, stamp, run) => {
      const outputs = databaseSchema.parse(await pulumi.outputs());
      await restoreInCluster({
        run,
        copy,
        stamp,
        database: outputs.database,
        kubeconfig: await pulumi.secretOutput("kubeconfig"),
        identity: identityOf(request),
        print: shown.print,
      });
    },
    upload: async (folder, stamp) => {
      const backups = await access("backups");
      await rclone(
        ["copy", folder, `BACKUPS:${backups.bucket}/database/${stamp}`],
        rcloneEnvironment({ BACKUPS: backups }),
      );
    },
    restoreMedia: async (key) => {
      const [backups, media] = [await access("backups"), await access("media")];
      if (key !== undefined) {
        const from = await restoreMediaObject(key, openStore(backups), openStore(media, mediaAcl));
        return shown.print(`   ${key} is back, from ${from}`);
      }
      const [from, to] = [`BACKUPS:${backups.bucket}/media/current`, `MEDIA:${media.bucket}`];
      await rclone(mediaCopy(from, to), {
        ...rcloneEnvironment({ BACKUPS: backups, MEDIA: media }),
        ...mediaCopyAccess,
      });
    },
  };
}

const escrowSchema = z.looseObject({ backups: z.looseObject({ escrow: z.looseObject({ key: z.string() }) }) });

function newestBundle(outputs: unknown): string {
  const known = escrowSchema.safeParse(outputs);
  if (known.success) return known.data.backups.escrow.key;
  throw new UsageError(
    "the stack's outputs name no escrow bundle; look into the folder escrow/ of the backups bucket (docs/secrets.md)",
  );
}

function identityOf({ identity }: Pick<Request, "identity">): string {
  if (identity === undefined)
    throw new UsageError("this needs --identity FILE, a private age key; run the same command again with it");
  try {
    return readFileSync(identity, "utf8");
  } catch {
    throw new UsageError(`--identity ${identity}: cannot be read`);
  }
}
