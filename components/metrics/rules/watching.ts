// Whether the watching itself works, up to an alert that always fires.
import { alert, type UnlinkedGroup } from "./rule.ts";

export const watchdogAlert = "Watchdog";

export const watchingGroup: UnlinkedGroup = {
  name: "watching",
  rules: [
    alert({
      alert: watchdogAlert,
      severity: "none",
      expr: "vector(1)",
      summary: "alerts arrive",
      description: "Always fires. An outside service rings when it stays away.",
    }),
    alert({
      alert: "RulesFailing",
      severity: "ticket",
      expr: `increase(prometheus_rule_evaluation_failures_total{job="prometheus"}[15m]) > 0`,
      lasting: "5m",
      summary: "{{ $value }} rules of {{ $labels.rule_group }} failed",
      description: "An alert whose rule fails never fires.",
    }),
    alert({
      alert: "AlertDeliveryFailing",
      severity: "page",
      expr:
        `increase(alertmanager_notifications_failed_total{job="alertmanager"}[15m]) > 0` +
        ` or increase(prometheus_notifications_dropped_total{job="prometheus"}[15m]) > 0`,
      lasting: "5m",
      summary: "{{ $value }} notifications could not be delivered",
      description: "Somebody who should hear of alerts does not. If every way fails, only the outside service is left.",
    }),
  ],
};
