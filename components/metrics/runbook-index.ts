// The list of all alerts with their pages, as it stands in docs/runbooks/README.md.
import type { WatchedBackup } from "./rules/backups.ts";
import { metricsSettingsSchema } from "./settings.ts";
import { alertsOf, ruleGroups } from "./rules/rules.ts";
import { type Alert, runbookName } from "./rules/rule.ts";

/** Any task makes all alerts about backups. */
const backup: WatchedBackup = {
  task: "dump",
  drill: false,
  urgent: true,
  oldest: 3,
  late: 2,
  duration: 1,
  steady: true,
};

/** The alerts of a stack with all defaults and backups; other settings change thresholds, but neither names nor urgency. */
function defaultAlerts(): Alert[] {
  const { objective } = metricsSettingsSchema.parse({});
  return alertsOf(
    ruleGroups({ objective: objective / 100, workloads: [], queues: [], backups: [backup], runbook: (name) => name }),
  );
}

const head = `# Runbooks

One page for each alert that Prometheus raises (\`components/metrics/rules\`): what it means, where to look, what to do. A *page* wakes somebody, a
*ticket* waits for a working day. Written by \`npm run generate\`. The alarms of DigitalOcean, Amazon and the checks from outside are in
[alarms.md](../alarms.md).

| Alert | Urgency | It means |
|---|---|---|
`;

/** Text of the index. */
export function runbookIndex(): string {
  const byName = Map.groupBy(defaultAlerts(), ({ alert }) => alert);
  const rows = [...byName].map(([name, alerts]) => {
    const urgency = [...new Set(alerts.map(({ labels }) => labels.severity))].join(", ");
    return `| [${name}](${runbookName(name)}.md) | ${urgency} | ${alerts[0]?.annotations.description ?? ""} |\n`;
  });
  return head + rows.join("");
}

/** Names of the pages, each once. */
export function runbookPages(): string[] {
  return [...new Set(defaultAlerts().map(({ alert }) => runbookName(alert)))];
}
