// All rules, with the address of each alert's page, as the file that Prometheus reads.
import { stringify } from "yaml";
import { availabilityGroup } from "./availability.ts";
import { backupGroup, type WatchedBackup } from "./backups.ts";
import { databaseGroup } from "./databases.ts";
import { type Alert, type Recording, type RuleGroup, runbookName, type UnlinkedAlert } from "./rule.ts";
import { type QueueLimit, sidekiqGroup } from "./sidekiq.ts";
import { streamingGroup } from "./streaming.ts";
import { targetGroup, type WatchedWorkload } from "./targets.ts";
import { watchingGroup } from "./watching.ts";
import { webGroup } from "./web.ts";

export interface RuleOptions {
  /** Share of requests that must be answered, for example 0.999. */
  readonly objective: number;
  readonly workloads: readonly WatchedWorkload[];
  readonly queues: readonly QueueLimit[];
  /** Tasks whose news come to the Pushgateway; none where there is no Pushgateway. */
  readonly backups: readonly WatchedBackup[];
  /** Where an alert's page is, by the page's name. */
  readonly runbook: (name: string) => string;
}

export function ruleGroups({ objective, workloads, queues, backups, runbook }: RuleOptions): RuleGroup[] {
  const groups = [
    availabilityGroup(objective),
    webGroup,
    sidekiqGroup(queues),
    streamingGroup,
    databaseGroup,
    targetGroup(workloads),
    watchingGroup,
    ...(backups.length > 0 ? [backupGroup(backups)] : []),
  ];
  const link = (rule: Recording | UnlinkedAlert): Recording | Alert => {
    if ("record" in rule) return rule;
    return { ...rule, annotations: { ...rule.annotations, runbook_url: runbook(runbookName(rule.alert)) } };
  };
  return groups.map(({ name, rules }) => ({ name, rules: rules.map(link) }));
}

/** The alerts among the rules. */
export function alertsOf(groups: readonly RuleGroup[]): Alert[] {
  return groups.flatMap(({ rules }) => rules.filter((rule) => "alert" in rule));
}

/** The rule file. */
export function ruleFile(groups: readonly RuleGroup[]): string {
  return stringify({ groups }, { lineWidth: 0 });
}
