// Who hears an alarm, in the form that DigitalOcean's alerts take.
import type * as pulumi from "@pulumi/pulumi";

export interface Targets {
  /** Verified members of the account's team. */
  readonly emails: readonly string[];
  readonly slack: readonly { readonly channel: string; readonly url: pulumi.Input<string> }[];
}

/** Slack is left out where there is none. */
export function notifications({ emails, slack }: Targets) {
  return { emails: [...emails], ...(slack.length > 0 && { slacks: slack.map((one) => ({ ...one })) }) };
}
