// What the dashboards are made of: one kind of panel, and the page around them.
import { DashboardBuilder, type Dashboard, DatasourceVariableBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** Curves over time. */
export interface Curves {
  readonly title: string;
  readonly description: string;
  /** Grafana's name of the unit. */
  readonly unit: "short" | "s" | "percentunit" | "reqps" | "bytes";
  /** Queries by legend; `{{label}}` is filled in by Grafana. */
  readonly queries: Readonly<Record<string, string>>;
}

/** Whoever opens the page chooses the Prometheus that it asks. */
const source = { type: "prometheus", uid: "${datasource}" };

/** A page of panels, two in a row. */
export function dashboard(uid: string, title: string, panels: readonly Curves[]): Dashboard {
  const page = new DashboardBuilder(title)
    .uid(uid)
    .tags(["mastodon"])
    .readonly()
    .refresh("1m")
    .time({ from: "now-6h", to: "now" })
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"));
  for (const panel of panels) page.withPanel(curves(panel));
  return page.build();
}

function curves({ title, description, unit, queries }: Curves): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .span(12)
    .height(8)
    .datasource(source);
  for (const [legend, expr] of Object.entries(queries))
    panel.withTarget(new DataqueryBuilder().expr(expr).legendFormat(legend));
  return panel;
}
