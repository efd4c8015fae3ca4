// Rules between subjects: each is a named pure function of checked settings that returns what is wrong. One file for each subject.
import { autoscalingRules } from "./rules/autoscaling.ts";
import { backupKeysRules } from "./rules/backup-keys.ts";
import { connectionsRules } from "./rules/connections.ts";
import { certificatesRules } from "./rules/certificates.ts";
import { capacityRules } from "./rules/capacity.ts";
import { costRules } from "./rules/cost.ts";
import { databaseRules } from "./rules/database.ts";
import { cdnRules } from "./rules/cdn.ts";
import { dnsRules } from "./rules/dns.ts";
import { domainsRules } from "./rules/domains.ts";
import { kansasCityRules } from "./rules/kansas-city.ts";
import { kubernetesRules } from "./rules/kubernetes.ts";
import { mailRules } from "./rules/mail.ts";
import { metricsRules } from "./rules/metrics.ts";
import { monitoringRules } from "./rules/monitoring.ts";
import { networkRules } from "./rules/network.ts";
import { recoveryObjectivesRules } from "./rules/recovery-objectives.ts";
import { stagingRules } from "./rules/staging.ts";
import { storageRules } from "./rules/storage.ts";
import { tailnetKubectlRules } from "./rules/tailnet-kubectl.ts";
import { tailnetRules } from "./rules/tailnet.ts";
import { workersRules } from "./rules/workers.ts";
import type { SettingsRule } from "./rules/rule.ts";

/** All rules, in the order in which they are reported. */
export const settingsRules: readonly SettingsRule[] = [
  ...networkRules,
  ...kubernetesRules,
  ...capacityRules,
  ...databaseRules,
  ...connectionsRules,
  ...storageRules,
  ...domainsRules,
  ...dnsRules,
  ...certificatesRules,
  ...cdnRules,
  ...workersRules,
  ...kansasCityRules,
  ...tailnetRules,
  ...tailnetKubectlRules,
  ...recoveryObjectivesRules,
  ...stagingRules,
  ...mailRules,
  ...monitoringRules,
  ...metricsRules,
  ...autoscalingRules,
  ...backupKeysRules,
  ...costRules,
];
