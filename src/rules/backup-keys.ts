// What backups cannot be without, and which keys may open them: people's, kept elsewhere, and the drills' own, which opens nothing else.
import { recipientOf, isReportKey } from "../../components/backups/drill-keys.ts";
import { effectiveRecipients, exampleRecipients } from "../../components/backups/recipients.ts";
import { usesPostQuantum } from "../../components/escrow/recipients.ts";
import type { Problem } from "../../components/problem.ts";
import { secretCommand } from "../../components/shapes.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

type Needed = Pick<Settings, "backups" | "escrow" | "secrets">;

/** One line for each thing that nobody but the operator can give. */
function assertBackupsAreComplete({ backups, escrow, secrets }: Needed): Problem[] {
  if (!backups.enabled) return [];
  const image = {
    path: "backups.image",
    message:
      "is missing: build images/backup, push it to a registry that the cluster reads, and name it here with its tag, for example registry.digitalocean.com/social/mastodon-backup:1",
  };
  const recipients = {
    path: "escrow.recipients",
    value: [],
    message:
      "must name at least one public age key whose private half is kept away from this stack: a dump without the bundle of the server's keys brings back no two-factor login; age-keygen makes a pair",
  };
  const identity = {
    path: "secrets.backups.drillIdentity",
    message: `is missing: drills open backups with a key of their own; make one with age-keygen, and run: ${secretCommand("secrets.backups.drillIdentity")}`,
  };
  return [
    ...(backups.image === undefined ? [image] : []),
    ...(escrow.recipients.length === 0 ? [recipients] : []),
    ...(secrets.backups.drillIdentity === undefined ? [identity] : []),
  ];
}

/** Debian's age, which the image has, is older than keys that withstand quantum computers. */
function assertImageKnowsRecipients({ backups, escrow }: Needed): Problem[] {
  if (!backups.enabled) return [];
  const path = backups.recipients.length > 0 ? "backups.recipients" : "escrow.recipients";
  return effectiveRecipients({ backups, escrow })
    .filter(usesPostQuantum)
    .map((recipient) => ({
      path,
      value: `${recipient.slice(0, 20)}…`,
      message:
        "is a key that the age of images/backup does not know; name age1… keys with 62 characters in backups.recipients",
    }));
}

/** Names that nobody has (RFC 2606) may be backed up for nobody. */
function assertSomebodyHasKeys({
  backups,
  escrow,
  domains,
}: Pick<Settings, "backups" | "escrow" | "domains">): Problem[] {
  if (!backups.enabled || domains.local.endsWith(".example")) return [];
  return (["backups", "escrow"] as const).flatMap((subject) =>
    (subject === "backups" ? backups : escrow).recipients
      .filter((recipient) => exampleRecipients.includes(recipient))
      .map((recipient) => ({
        path: `${subject}.recipients`,
        value: recipient,
        message: "is an example, whose private half nobody has; name the public keys of two people",
      })),
  );
}

/** The drills' key lies in the cluster: it must not open the server's keys, nor be the only one that opens backups. */
function assertDrillKeyIsItsOwn({ backups, escrow, secrets }: Needed): Problem[] {
  const { drillIdentity } = secrets.backups;
  if (!backups.enabled || drillIdentity?.isKnown !== true) return [];
  const own = recipientOf(drillIdentity.reveal());
  if (own === undefined) {
    const message = `is no valid age key: a character is missing or wrong; run: ${secretCommand("secrets.backups.drillIdentity")}`;
    return [{ path: "secrets.backups.drillIdentity", message }];
  }
  return (["backups", "escrow"] as const)
    .filter((subject) => (subject === "backups" ? backups : escrow).recipients.includes(own))
    .map((subject) => ({
      path: `${subject}.recipients`,
      value: own,
      message:
        subject === "escrow"
          ? "is the key of drills, which lies in the cluster and would open the server's own keys: take it out here, backups are closed for it anyway"
          : "is the key of drills, which is added by itself and goes with the cluster: name people's keys here",
    }));
}

function assertReportKeyFits({ backups, secrets }: Needed): Problem[] {
  const { reportKey } = secrets.backups;
  if (!backups.enabled || reportKey?.isKnown !== true || isReportKey(reportKey.reveal())) return [];
  return [
    {
      path: "secrets.backups.reportKey",
      message: `must be an Ed25519 private key as PEM; make one with openssl genpkey -algorithm ed25519, and run: ${secretCommand("secrets.backups.reportKey")}`,
    },
  ];
}

const needs = ["backups", "escrow", "secrets"] as const;

export const backupKeysRules = [
  rule(needs, assertBackupsAreComplete),
  rule(needs, assertImageKnowsRecipients),
  rule(["backups", "escrow", "domains"], assertSomebodyHasKeys),
  rule(needs, assertDrillKeyIsItsOwn),
  rule(needs, assertReportKeyFits),
];
