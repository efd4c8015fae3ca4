// How the connection to the mail server is encrypted, by its port. A wrong mix of port and flags fails without a word.
import type { Variables } from "./environment.ts";

/** STARTTLS ports; 2587 is Amazon SES' twin of 587, which DigitalOcean blocks for new accounts. */
const startTls = [587, 2587];
/** Ports that speak TLS from the first byte. */
const wrapped = [465, 2465];

/**
 * @throws Error on a port that does not encrypt: port 25 is blocked, and mail holds password resets.
 */
export function mailEncryption(port: number): Variables {
  if (startTls.includes(port)) return { SMTP_ENABLE_STARTTLS: "always" };
  // `never`, not `false`: config/email.yml turns `false` into a boolean that nobody looks at.
  if (wrapped.includes(port)) return { SMTP_TLS: "true", SMTP_ENABLE_STARTTLS: "never" };
  throw new Error(
    `mail port ${port} does not encrypt; use ${startTls.join(" or ")} (STARTTLS) or ${wrapped.join(" or ")} (TLS)`,
  );
}
