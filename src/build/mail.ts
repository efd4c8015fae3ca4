// Builds the mail service that the server sends through.
import { Ses } from "../../components/mail/ses.ts";
import { providerOf } from "../providers.ts";
import type { Context } from "./context.ts";

export function buildMail({ settings, providers, zone }: Context): Ses {
  const { name: prefix, domains, mail, monitoring } = settings;
  return new Ses(
    "mail",
    { prefix, domain: domains.local, zone, settings: mail, operators: monitoring.emails },
    { providers: [providerOf(providers.aws, mail.region)] },
  );
}

/** Where mail comes from. */
export function mailFrom({ settings }: Context): string {
  return `${settings.mail.fromMailbox}@${settings.domains.local}`;
}
