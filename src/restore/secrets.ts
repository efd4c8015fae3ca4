// The server's keys out of an escrow bundle: opened with the operator's own key, compared, and given to Pulumi as secrets.
import { createHash } from "node:crypto";
import { armor, Decrypter } from "age-encryption";
import { z } from "zod";
import type { Settings } from "../settings-schema.ts";
import { UsageError } from "../stack-choice.ts";
import type { Pulumi } from "./pulumi.ts";

/** As components/escrow/bundle.ts writes it. */
const bundleSchema = z.looseObject({
  format: z.literal("mastodon-escrow"),
  version: z.literal(1),
  madeAt: z.string(),
  server: z.looseObject({ name: z.string(), localDomain: z.string() }),
  secrets: z
    .array(z.looseObject({ setting: z.string().regex(/^secrets\.mastodon\.[A-Za-z.]+$/), value: z.string().min(1) }))
    .min(1),
});

export type Bundle = z.infer<typeof bundleSchema>;

/** The lines of an identity file that are keys. */
function keysIn(identity: string): string[] {
  return identity
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("AGE-SECRET-KEY-"));
}

/** @throws UsageError where the key opens nothing, or what it opens is no bundle of this server */
export async function openBundle(
  closed: string,
  identity: string,
  { name, domains }: Pick<Settings, "name" | "domains">,
): Promise<Bundle> {
  const keys = keysIn(identity);
  if (keys.length === 0) throw new UsageError("--identity: the file holds no private age key (AGE-SECRET-KEY-…)");
  const decrypter = new Decrypter();
  for (const key of keys) decrypter.addIdentity(key);
  let text: string;
  try {
    text = await decrypter.decrypt(armor.decode(closed), "text");
  } catch {
    throw new UsageError(
      "--identity: this key does not open the escrow bundle; take the one of another recipient, or an older bundle",
    );
  }
  const bundle = bundleSchema.safeParse(JSON.parse(text));
  if (!bundle.success) throw new UsageError("the escrow bundle has a form that this version does not read");
  const { server } = bundle.data;
  if (server.name !== name || server.localDomain !== domains.local)
    throw new UsageError(
      `the escrow bundle is of ${server.name} (${server.localDomain}), and this server is ${name} (${domains.local})`,
    );
  return bundle.data;
}

/** Tells equal from different and nothing else: the values are long and random. */
function fingerprint(value: string): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 8);
}

/**
 * Gives each key that the settings lack. @returns one line for each
 * @throws UsageError where the settings have another value: one of the two would make data unreadable, and only a person can say which
 */
export async function giveKeys(bundle: Bundle, pulumi: Pick<Pulumi, "setting" | "setSetting">): Promise<string[]> {
  const given = new Map<string, string | undefined>();
  for (const { setting } of bundle.secrets) given.set(setting, await pulumi.setting(setting));
  const others = bundle.secrets.filter(({ setting, value }) => (given.get(setting) ?? value) !== value);
  if (others.length > 0)
    throw new UsageError(
      [
        "the settings have other keys than the escrow bundle; nothing was changed:",
        ...others.map(
          ({ setting, value }) =>
            `  mastodon:${setting}: ${fingerprint(given.get(setting) ?? "")} in the settings, ${fingerprint(value)} in the bundle`,
        ),
        "Remove the wrong ones from the settings (pulumi config rm --path), or take another bundle.",
      ].join("\n"),
    );
  const lines: string[] = [];
  for (const { setting, value } of bundle.secrets) {
    const there = given.get(setting) !== undefined;
    if (!there) await pulumi.setSetting(setting, value, true);
    lines.push(`mastodon:${setting}: ${fingerprint(value)} ${there ? "is given already" : "given"}`);
  }
  return lines;
}
