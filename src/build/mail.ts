// Builds the mail service that the server sends through.
import { mailers, mailerThreads } from "../../components/mail/mailers.ts";
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

/** What Amazon takes, and how many may send at the same time. */
export function mailQuota({ settings: { mail, mastodon, workers } }: Context) {
  return { ...mail.quota, threads: mailerThreads(mailers(mastodon.sidekiq, workers)) };
}

/** Where mail comes from. */
export function mailFrom({ settings: { mail, domains } }: Context): string {
  return `${mail.fromMailbox}@${domains.local}`;
}

/** How a program in the cluster sends mail: where, as whom, and where it comes from. */
export function mailLogin(context: Context, { host, port, user, password }: Ses) {
  return { host, port, user, password, from: mailFrom(context) };
}
