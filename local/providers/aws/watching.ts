// Alarms of CloudWatch, and budgets that warn about the bill.
import type { Failure, Properties } from "../contract.ts";
import { type Behaviour, between, matching, oneOf } from "../declared-types.ts";
import { object } from "../shared/values.ts";
import { refuseTaken } from "./lookups.ts";
import { accountId, globalArn, regionalArn } from "./place.ts";
import { plain } from "../plain.ts";

// Source: CloudWatch API Reference, PutMetricAlarm.
const comparisons = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "GreaterThanUpperThreshold",
  "LessThanLowerOrGreaterThanUpperThreshold",
  "LessThanLowerThreshold",
  "LessThanOrEqualToThreshold",
  "LessThanThreshold",
];

/** `MetricAlarm`. */
export const metricAlarm: Behaviour = {
  autoName: { property: "name", maxLength: 255 },
  rules: {
    comparisonOperator: oneOf(...comparisons),
    statistic: oneOf("Average", "Maximum", "Minimum", "SampleCount", "Sum"),
    treatMissingData: oneOf("breaching", "ignore", "missing", "notBreaching"),
    evaluationPeriods: between(1),
    datapointsToAlarm: between(1),
    period: (value) =>
      [10, 20, 30].includes(Number(value)) || (Number(value) > 0 && Number(value) % 60 === 0)
        ? undefined
        : `${plain(value)} is not allowed; use 10, 20, 30, or a multiple of 60 seconds`,
  },
  check: alarmFailures,
  hooks: {
    validate: (ctx, inputs, previous) => refuseTaken(ctx, "ResourceAlreadyExists", "name", inputs["name"], previous),
    id: (_ctx, inputs) => plain(inputs["name"]),
    outputs: (ctx, id, inputs) => ({
      arn: regionalArn(ctx, inputs, "cloudwatch", `alarm:${id}`),
      evaluateLowSampleCountPercentiles: inputs["evaluateLowSampleCountPercentiles"] ?? "",
    }),
  },
};

/** `Budget`. */
export const budget: Behaviour = {
  autoName: { property: "name", maxLength: 100 },
  rules: {
    // Source: AWS Budgets API Reference, Budget and Notification.
    budgetType: oneOf(
      "COST",
      "RI_COVERAGE",
      "RI_UTILIZATION",
      "SAVINGS_PLANS_COVERAGE",
      "SAVINGS_PLANS_UTILIZATION",
      "USAGE",
    ),
    limitAmount: matching(/^\d+(\.\d+)?$/, 'an amount written as text, such as "25" or "25.5"'),
    timeUnit: oneOf("ANNUALLY", "CUSTOM", "DAILY", "MONTHLY", "QUARTERLY"),
    timePeriodStart: matching(/^\d{4}-\d\d-\d\d_\d\d:\d\d$/, "a time such as 2026-11-01_00:00"),
    timePeriodEnd: matching(/^\d{4}-\d\d-\d\d_\d\d:\d\d$/, "a time such as 2087-06-15_00:00"),
    "notifications.comparisonOperator": oneOf("EQUAL_TO", "GREATER_THAN", "LESS_THAN"),
    "notifications.notificationType": oneOf("ACTUAL", "FORECASTED"),
    "notifications.thresholdType": oneOf("ABSOLUTE_VALUE", "PERCENTAGE"),
  },
  hooks: {
    validate: (ctx, inputs, previous) => refuseTaken(ctx, "DuplicateRecordException", "name", inputs["name"], previous),
    id: (_ctx, inputs) => `${plain(inputs["accountId"] ?? accountId)}:${plain(inputs["name"])}`,
    outputs: (ctx, _id, inputs, previous) => ({
      accountId: inputs["accountId"] ?? accountId,
      arn: globalArn("budgets", `budget/${plain(inputs["name"])}`),
      costTypes: { ...defaultCostTypes, ...object(inputs, "costTypes") },
      timePeriodStart:
        inputs["timePeriodStart"] ?? previous?.object["timePeriodStart"] ?? `${ctx.now().slice(0, 7)}-01_00:00`,
    }),
  },
};

const defaultCostTypes = {
  includeCredit: true,
  includeDiscount: true,
  includeOtherSubscription: true,
  includeRecurring: true,
  includeRefund: true,
  includeSubscription: true,
  includeSupport: true,
  includeTax: true,
  includeUpfront: true,
  useAmortized: false,
  useBlended: false,
};

/** An alarm watches one metric, or an expression over several. */
function alarmFailures(inputs: Properties): Failure[] {
  if (inputs["metricQueries"] !== undefined || inputs["evaluationCriteria"] !== undefined) {
    if (inputs["metricName"] === undefined) return [];
    return [
      { property: "metricName", reason: "metricName and metricQueries are given; an alarm watches one or the other" },
    ];
  }
  const needed = ["comparisonOperator", "evaluationPeriods", "metricName", "namespace", "period"];
  const missing = needed.filter((name) => inputs[name] === undefined);
  if (inputs["statistic"] === undefined && inputs["extendedStatistic"] === undefined) missing.push("statistic");
  if (inputs["threshold"] === undefined && inputs["thresholdMetricId"] === undefined) missing.push("threshold");
  return missing.map((property) => ({ property, reason: "is missing; an alarm on one metric needs it" }));
}
