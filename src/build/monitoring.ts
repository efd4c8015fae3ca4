// Builds the checks from outside.
import { Monitoring } from "../../components/monitoring/monitoring.ts";
import { probeKey } from "../../components/storage/versioned-bucket.ts";
import type { Context } from "./context.ts";

export function buildMonitoring({ settings, inMainAccount }: Context): void {
  const { name: prefix, domains: hosts, monitoring } = settings;
  new Monitoring("monitoring", { prefix, hosts, probePath: probeKey, settings: monitoring }, inMainAccount);
}
