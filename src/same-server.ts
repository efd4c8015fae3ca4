// Refuses to turn the running server into another one, before anything is registered.
import * as pulumi from "@pulumi/pulumi";
import type { Existing } from "../policies/destruction.ts";
import { changedIdentity, changedKeys } from "../policies/same-server.ts";
import { assertCopyStaysCopy } from "./copy-stays-copy.ts";
import type { PreviousOutputs } from "./previous-outputs.ts";
import type { Secret } from "./secret.ts";
import type { Settings } from "./settings-schema.ts";

/** @throws pulumi.RunError with one line for each thing that would make it another server; never where nothing is protected, but for a copy */
export function assertSameServer(settings: Settings, previous: PreviousOutputs, state: readonly Existing[]): void {
  assertCopyStaysCopy(settings, state);
  if (!settings.protect) return;
  const now = { name: settings.name, domain: settings.domains.local };
  const lines = [
    ...changedIdentity(now, identityBefore(previous)),
    ...changedKeys(givenKeys(settings), state, settings.unprotect),
  ];
  if (lines.length > 0)
    throw new pulumi.RunError(`this would be another server; nothing was changed:\n${indented(lines)}`);
}

/** The cluster's name begins with the server's, and mail comes from its domain. */
function identityBefore({ cluster, mail }: PreviousOutputs) {
  const domain = mail?.from.split("@").at(1);
  // After a move to another region the place is told too.
  const name = cluster?.site === undefined ? cluster?.name : cluster.name.slice(0, -cluster.site.length - 1);
  return { ...(name !== undefined && { name }), ...(domain !== undefined && { domain }) };
}

function givenKeys({ secrets: { mastodon } }: Settings): Map<string, string> {
  const { secretKeyBase, activeRecord, vapid } = mastodon;
  const all: readonly [string, Secret | undefined][] = [
    ["secretKeyBase", secretKeyBase],
    ["activeRecord.primaryKey", activeRecord?.primaryKey],
    ["activeRecord.deterministicKey", activeRecord?.deterministicKey],
    ["activeRecord.keyDerivationSalt", activeRecord?.keyDerivationSalt],
    ["vapid.privateKey", vapid?.privateKey],
    ["vapid.publicKey", vapid?.publicKey],
  ];
  return new Map(
    all.flatMap(([key, secret]) => (secret ? [[`secrets.mastodon.${key}`, secret.reveal()] as const] : [])),
  );
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}
