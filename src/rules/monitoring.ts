// Alarms: each Slack channel with its webhook, and each webhook with its channel.
import type { Problem } from "../../components/problem.ts";
import { secretCommand } from "../../components/shapes.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** The channel is open to read, its webhook is a secret: they stand apart, and one without the other tells nobody anything. */
function assertSlackComplete({ monitoring, secrets }: Pick<Settings, "monitoring" | "secrets">): Problem[] {
  const [channels, webhooks] = [Object.keys(monitoring.slack), Object.keys(secrets.monitoring.slack)];
  const silent = channels
    .filter((name) => !webhooks.includes(name))
    .map((name) => ({
      path: `monitoring.slack.${name}`,
      message: `has no webhook; run: ${secretCommand(`secrets.monitoring.slack.${name}`)}`,
    }));
  const aimless = webhooks
    .filter((name) => !channels.includes(name))
    .map((name) => ({
      path: `secrets.monitoring.slack.${name}`,
      message: `belongs to no channel; add monitoring.slack.${name}.channel, or take the webhook out`,
    }));
  return [...silent, ...aimless];
}

export const monitoringRules = [rule(["monitoring", "secrets"], assertSlackComplete)];
