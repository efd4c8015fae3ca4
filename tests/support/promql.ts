// Reads PromQL with Prometheus' own grammar: which metrics a query names, and of which job.
import { parser } from "@prometheus-io/lezer-promql";

export interface MetricUse {
  readonly metric: string;
  /** Values that the label `job` may have; none when the query does not name it. */
  readonly jobs: readonly string[];
}

/** Every metric that the query selects. @throws Error when the query is not PromQL */
export function metricsIn(query: string): MetricUse[] {
  const uses: MetricUse[] = [];
  parser.parse(query).iterate({
    enter: ({ type, node, from }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${query}`);
      if (type.name !== "VectorSelector") return;
      const name = node.getChild("Identifier");
      if (name === null) throw new Error(`a selector without a name in ${query}`);
      const selector = query.slice(node.from, node.to);
      const jobs = /\bjob=~?"([^"]*)"/.exec(selector)?.[1]?.split("|") ?? [];
      uses.push({ metric: query.slice(name.from, name.to), jobs });
    },
  });
  return uses;
}
