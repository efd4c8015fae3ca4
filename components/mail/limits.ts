// What Amazon SES allows an account, and what operators are told before a limit is met.
import type { MailSettings } from "./settings.ts";

/**
 * Rates in percent at which Amazon puts the account under review and at which it pauses its mail
 * (SES Developer Guide, "Reputation metrics messages", read Nov 2026). They count the account in a region, not one sender of it.
 */
export const reputationLimits = {
  bounce: { review: 5, pause: 10 },
  complaint: { review: 0.1, pause: 0.5 },
} as const;

/** The usual start after production access is granted (2026). In the sandbox it is 1 a second and 200 a day, to verified addresses only. */
export const usualQuota = { perSecond: 14, perDay: 50_000 } as const;

/** One CloudWatch alarm on a metric of SES. */
export interface MailAlarm {
  /** Stable part of names. */
  readonly key: string;
  readonly metricName: string;
  readonly statistic: "Average" | "Sum";
  /** Seconds that one value covers. */
  readonly period: number;
  /** In the metric's own unit: rates are parts of one. */
  readonly threshold: number;
  readonly treatMissingData: "ignore" | "notBreaching";
  readonly description: string;
}

const hour = 3600;
const day = 24 * hour;
/** Part of the pausing rate at which the second alarm rings, so that there is still something to be done. */
const nearPause = 0.8;

/** The alarms, in a stable order. */
export function mailAlarms({ alarms, quota }: Pick<MailSettings, "alarms" | "quota">): MailAlarm[] {
  const { bounce, complaint } = reputationLimits;
  return [
    rateAlarm("bounce-rate", "BounceRate", alarms.bouncePercent, `review from ${bounce.review} %`),
    rateAlarm("bounce-pause", "BounceRate", bounce.pause * nearPause, `mail is paused at ${bounce.pause} %`),
    rateAlarm("complaint-rate", "ComplaintRate", alarms.complaintPercent, `review from ${complaint.review} %`),
    rateAlarm(
      "complaint-pause",
      "ComplaintRate",
      complaint.pause * nearPause,
      `mail is paused at ${complaint.pause} %`,
    ),
    {
      key: "quota",
      metricName: "Send",
      statistic: "Sum",
      period: day,
      threshold: Math.floor((quota.perDay * alarms.quotaPercent) / 100),
      treatMissingData: "notBreaching",
      description: `${alarms.quotaPercent} % of the ${quota.perDay} messages that SES takes in 24 hours are used`,
    },
  ];
}

/** Amazon's own advice for both rates: average of an hour, and no change of state where nothing was sent. */
function rateAlarm(key: string, rate: string, percent: number, consequence: string): MailAlarm {
  return {
    key,
    metricName: `Reputation.${rate}`,
    statistic: "Average",
    period: hour,
    threshold: Number((percent / 100).toFixed(6)), // 0.08 / 100 is not 0.0008 in binary
    treatMissingData: "ignore",
    description: `the rate reached ${percent} %; ${consequence}`,
  };
}
