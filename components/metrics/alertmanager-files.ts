// The files that Alertmanager reads: its configuration and the secrets that it names.
import * as pulumi from "@pulumi/pulumi";
import { alertmanagerConfiguration, alertmanagerFile, secretFiles } from "./alertmanager.ts";

/** Who hears of alerts, and the secrets that it takes to tell them. */
export interface Receivers {
  readonly emails: readonly string[];
  readonly mail: {
    readonly host: pulumi.Input<string>;
    readonly port: number;
    readonly from: string;
    readonly user: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
  };
  /** Channels by name, with their webhooks. */
  readonly slack: readonly { readonly name: string; readonly channel: string; readonly url: pulumi.Input<string> }[];
  /**
   * Address of an outside service that is called while alerts arrive.
   * @default - nobody notices when they do not
   */
  readonly heartbeatUrl?: pulumi.Input<string> | undefined;
}

/** Files by name; all of them belong into a Secret, because the configuration holds the login at the mail server. */
export function alertmanagerFiles({ emails, mail, slack, heartbeatUrl }: Receivers) {
  const configuration = pulumi.all([mail.host, mail.user]).apply(([host, user]) =>
    alertmanagerConfiguration({
      emails,
      mail: { host, port: mail.port, user, from: mail.from },
      slack: slack.map(({ name, channel }) => ({ name, channel })),
      heartbeat: heartbeatUrl !== undefined,
    }),
  );
  return {
    [alertmanagerFile]: configuration,
    [secretFiles.mailPassword]: pulumi.output(mail.password),
    ...Object.fromEntries(slack.map(({ name, url }) => [secretFiles.slack(name), pulumi.output(url)])),
    ...(heartbeatUrl !== undefined && { [secretFiles.heartbeat]: pulumi.output(heartbeatUrl) }),
  };
}
