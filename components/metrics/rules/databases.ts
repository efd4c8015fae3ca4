// Database connections as the processes see them. What the servers themselves measure is watched at DigitalOcean (components/monitoring).
import { alert, type Recording, type UnlinkedGroup } from "./rule.ts";

const waiting = "mastodon:database_waiting:threads";

const byProcess = (record: string, queries: Readonly<Record<string, string>>): Recording[] =>
  Object.entries(queries).map(([process, expr]) => ({ record, expr, labels: { process } }));

export const databaseGroup: UnlinkedGroup = {
  name: "databases",
  rules: [
    ...byProcess(waiting, {
      web: `sum(ruby_active_record_connection_pool_waiting{job="web"})`,
      sidekiq: `sum(active_record_connection_pool_waiting{job="sidekiq"})`,
      streaming: `sum(pg_pool_waiting_queries{job="streaming"})`,
    }),
    ...byProcess("mastodon:database_busy:connections", {
      web: `sum(ruby_active_record_connection_pool_busy{job="web"})`,
      sidekiq: `sum(active_record_connection_pool_busy{job="sidekiq"})`,
      streaming: `sum(pg_pool_total_connections{job="streaming"}) - sum(pg_pool_idle_connections{job="streaming"})`,
    }),
    alert({
      alert: "DatabaseConnectionsWaiting",
      severity: "page",
      expr: `${waiting} > 0`,
      lasting: "10m",
      summary: "{{ $value }} threads of {{ $labels.process }} wait for a database connection",
      description:
        "The process has fewer connections than work, or the database answers slowly. Requests and jobs pile up.",
    }),
  ],
};
