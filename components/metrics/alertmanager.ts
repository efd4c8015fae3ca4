// Alertmanager's configuration: who hears of which alert, how often, and what keeps quiet beside something worse.
import { stringify } from "yaml";
import { watchdogAlert } from "./rules/watching.ts";

export interface AlertmanagerOptions {
  /** Who gets mail. */
  readonly emails: readonly string[];
  readonly mail: { readonly host: string; readonly port: number; readonly user: string; readonly from: string };
  /** Slack channels by the name of their webhook's file. */
  readonly slack: readonly { readonly name: string; readonly channel: string }[];
  /** Whether an outside service is told that alerts arrive. */
  readonly heartbeat: boolean;
}

/** Folder with the configuration and the secrets that it names. The login at the mail server can only stand in the configuration itself. */
export const alertmanagerFolder = "/etc/alertmanager";
export const alertmanagerFile = "alertmanager.yml";
export const secretFiles = {
  mailPassword: "mail-password",
  heartbeat: "heartbeat",
  slack: (name: string) => `slack-${name}`,
} as const;

/** Minutes between two calls of the outside service. */
const heartbeatMinutes = 5;

const file = (name: string) => `${alertmanagerFolder}/${name}`;

/** The whole `alertmanager.yml`. */
export function alertmanagerConfiguration(options: AlertmanagerOptions): string {
  const { mail, heartbeat } = options;
  return stringify(
    {
      global: {
        smtp_smarthost: `${mail.host}:${mail.port}`,
        smtp_from: mail.from,
        smtp_require_tls: true,
        smtp_auth_username: mail.user,
        smtp_auth_password_file: file(secretFiles.mailPassword),
      },
      route: {
        receiver: "operators",
        group_by: ["alertname", "severity"],
        group_wait: "30s",
        group_interval: "5m",
        repeat_interval: "4h",
        routes: [
          {
            matchers: [`alertname="${watchdogAlert}"`],
            receiver: heartbeat ? "heartbeat" : "nobody",
            group_wait: "0s",
            group_interval: "1m",
            repeat_interval: `${heartbeatMinutes}m`,
          },
          { matchers: [`severity="ticket"`], receiver: "operators", repeat_interval: "24h" },
        ],
      },
      inhibit_rules: inhibitions,
      receivers: [operators(options), { name: "nobody" }, ...(heartbeat ? [heartbeatReceiver] : [])],
    },
    { lineWidth: 0 },
  );
}

/** When something is gone, what follows from that need not be said too. */
const inhibitions = [
  {
    source_matchers: [`alertname="WorkloadUnreachable"`],
    target_matchers: [`alertname=~"WorkloadShort|TargetDown"`],
    equal: ["workload"],
  },
  {
    source_matchers: [`alertname="SidekiqQueueStuck"`],
    target_matchers: [`alertname="SidekiqQueueSlow"`],
    equal: ["queue"],
  },
  {
    source_matchers: [`alertname="StreamingClientsGone"`],
    target_matchers: [`alertname="StreamingClientsFalling"`],
  },
  {
    source_matchers: [`alertname="BackupTooOld"`],
    target_matchers: [`alertname="BackupLate"`],
    equal: ["task"],
  },
  {
    source_matchers: [`alertname="ErrorBudgetBurn"`, `severity="page"`],
    target_matchers: [`alertname="ErrorBudgetBurn"`, `severity="ticket"`],
  },
];

function operators({ emails, slack }: AlertmanagerOptions) {
  return {
    name: "operators",
    email_configs: emails.map((to) => ({ to, send_resolved: true })),
    ...(slack.length > 0 && {
      slack_configs: slack.map(({ name, channel }) => ({
        api_url_file: file(secretFiles.slack(name)),
        channel,
        send_resolved: true,
        title: `{{ .Status | toUpper }} {{ .CommonLabels.severity }} {{ .CommonLabels.alertname }}`,
        text: `{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.runbook_url }}\n{{ end }}`,
      })),
    }),
  };
}

const heartbeatReceiver = {
  name: "heartbeat",
  webhook_configs: [{ url_file: file(secretFiles.heartbeat), send_resolved: false }],
};
