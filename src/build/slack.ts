// The Slack channels that hear alarms, each with its webhook.
import { secretOutput } from "../load-settings.ts";
import type { Context } from "./context.ts";

/** Channels in the settings' order; the rules have refused one without a webhook. */
export function slackChannels({ settings: { monitoring, secrets } }: Context) {
  return Object.entries(monitoring.slack).flatMap(([name, { channel }]) => {
    const webhook = secrets.monitoring.slack[name];
    return webhook === undefined ? [] : [{ name, channel, url: secretOutput(webhook) }];
  });
}
