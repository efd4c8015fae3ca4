// Metrics: an address that waits for alerts is called by somebody.
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** The outside service would ring at once, and for ever. */
function assertAlertsHeartbeatCalled({ metrics, secrets }: Pick<Settings, "metrics" | "secrets">): Problem[] {
  if (secrets.monitoring.heartbeats.alerts === undefined || metrics.enabled) return [];
  return [
    {
      path: "secrets.monitoring.heartbeats.alerts",
      message: "is called by Alertmanager, which does not run; set metrics.enabled to true, or take the address out",
    },
  ];
}

export const metricsRules = [rule(["metrics", "secrets"], assertAlertsHeartbeatCalled)];
