// Mail: no more senders than Amazon takes mail from.
import { mailers, mailerThreads } from "../../components/mail/mailers.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/**
 * A thread delivers about one message a second: SES answers after a TLS handshake and half a dozen round trips. More threads than
 * messages a second are throttled, and Sidekiq tries throttled mail again ever later, password resets among it.
 */
export function assertMailersWithinQuota({
  mail,
  mastodon,
  workers,
}: Pick<Settings, "mail" | "mastodon" | "workers">): Problem[] {
  const { perSecond } = mail.quota;
  const senders = mailers(mastodon.sidekiq, workers);
  const threads = mailerThreads(senders);
  if (threads <= perSecond) return [];
  const sums = senders.map(({ path, pods, threads: each }) => `${path} ${pods} x ${each} = ${pods * each}`);
  return [
    {
      path: "mail.quota.perSecond",
      value: perSecond,
      message: `is less than the ${threads} threads that may send mail at the same time (${sums.join(", ")}); serve the queue mailers with fewer threads or pods, or ask Amazon for a higher rate and set it here`,
    },
  ];
}

export const mailRules = [rule(["mail", "mastodon", "workers"], assertMailersWithinQuota)];
