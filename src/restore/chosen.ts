// The stack of the command line with its checked settings, and the backups bucket with the operator's own key.
import { z } from "zod";
import { withDummySecrets } from "../dump/dummy-secrets.ts";
import { bucketNames } from "../names.ts";
import { parseSettings } from "../settings.ts";
import type { Settings } from "../settings-schema.ts";
import { chooseStack, UsageError } from "../stack-choice.ts";
import type { Pulumi } from "./pulumi.ts";
import type { StoreAccess } from "./store.ts";

export interface Chosen {
  /** Its name in Pulumi's backend. */
  readonly stack: string;
  /** Secrets in it are made up; real ones are asked of Pulumi one by one. */
  readonly settings: Settings;
}

/** @param given value of `--settings` @param named value of `--stack`, needed where the file's name does not tell it */
export async function readChosen(
  names: readonly string[],
  given: string | undefined,
  named: string | undefined,
): Promise<Chosen> {
  const { raw, name } = chooseStack(names, given);
  const stack = named ?? name;
  if (stack === undefined) throw new UsageError(`--settings ${given}: say with --stack NAME which stack it is for`);
  return { stack, settings: parseSettings(await withDummySecrets(raw)) };
}

const bucketsSchema = z.array(
  z.looseObject({ purpose: z.string(), name: z.string(), region: z.string(), endpoint: z.string() }),
);

/** A bucket of Spaces with the operator's own key. Its address comes from the stack's outputs where there are any. */
export async function spacesAccess(
  { settings }: Pick<Chosen, "settings">,
  purpose: "backups" | "media",
  pulumi: Pick<Pulumi, "setting">,
  outputs: unknown,
): Promise<StoreAccess> {
  const { region } = settings.storage[purpose];
  const known = z.looseObject({ buckets: bucketsSchema }).safeParse(outputs);
  const own = known.data?.buckets.find((one) => one.purpose === purpose);
  const access = "secrets.digitalocean.main";
  const accessKeyId = await pulumi.setting(`${access}.spacesAccessKeyId`);
  const secretAccessKey = await pulumi.setting(`${access}.spacesSecretAccessKey`);
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new UsageError(`mastodon:${access}: has no Spaces key; set spacesAccessKeyId and spacesSecretAccessKey`);
  return {
    endpoint: own?.endpoint ?? `https://${region}.digitaloceanspaces.com`,
    region,
    bucket: own?.name ?? bucketNames(settings)[purpose],
    accessKeyId,
    secretAccessKey,
  };
}

/** The copy at Amazon, with the operator's own key. */
export async function offsiteAccess(
  { settings }: Pick<Chosen, "settings">,
  pulumi: Pick<Pulumi, "setting">,
  outputs: unknown,
): Promise<StoreAccess> {
  const { region } = settings.backups.immutable;
  const known = z.looseObject({ buckets: bucketsSchema }).safeParse(outputs);
  const own = known.data?.buckets.find(({ purpose }) => purpose === "immutable");
  const accessKeyId = await pulumi.setting("secrets.aws.accessKeyId");
  const secretAccessKey = await pulumi.setting("secrets.aws.secretAccessKey");
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new UsageError("mastodon:secrets.aws: has no key; set accessKeyId and secretAccessKey");
  return {
    endpoint: own?.endpoint ?? `https://s3.${region}.amazonaws.com`,
    region,
    bucket: own?.name ?? bucketNames(settings).immutable,
    accessKeyId,
    secretAccessKey,
  };
}
