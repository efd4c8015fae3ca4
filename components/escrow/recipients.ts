// Public keys of age: which ones are usable, and what is wrong with the others.
import { Encrypter } from "age-encryption";

const right = "take the public key that age-keygen shows, for example age1… with 62 characters";

/** What is wrong with a recipient, or nothing. */
export function recipientProblem(recipient: string): string | undefined {
  if (/^AGE-SECRET-KEY-/i.test(recipient))
    return `is a private key, and everybody who reads this file has it now: make a new pair, and ${right}`;
  if (!recipient.startsWith("age1")) return `must be a public age key; ssh keys and plugins are not taken; ${right}`;
  if (/^age1(tag|tagpq)1/.test(recipient)) return `needs a plugin to open what it closes; ${right}`;
  try {
    new Encrypter().addRecipient(recipient);
    return undefined;
  } catch {
    return `is no valid age key: a character is missing or wrong; ${right}`;
  }
}

/** Whether the key is one of the hybrid kind, which age reads since 1.3. */
export function usesPostQuantum(recipient: string): boolean {
  return recipient.startsWith("age1pq1");
}
