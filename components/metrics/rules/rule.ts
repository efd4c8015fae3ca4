// What recording and alert rules are made of. Every alert says how urgent it is, and where its page is.

/** `page`: somebody gets up. `ticket`: somebody looks within a working day. `none`: nobody is told, it only has to arrive. */
export type Severity = "page" | "ticket" | "none";

/** A query whose result is kept under a name of its own. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A query that should have no result. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: Severity } & Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

/** Rules that are evaluated one after the other. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (Recording | Alert)[];
}

interface AlertText {
  readonly alert: string;
  readonly severity: Severity;
  readonly expr: string;
  /** How long the query has to have a result, for example `10m`. @default - fires at once */
  readonly lasting?: string;
  /** Tells this alert from others of the same name. */
  readonly labels?: Readonly<Record<string, string>>;
  /** One line; `{{ $labels.x }}` and `{{ $value }}` are filled in by Prometheus. */
  readonly summary: string;
  /** What it means for people, in one or two sentences. */
  readonly description: string;
}

/** An alert without the address of its page, which depends on where the pages are published. */
export type UnlinkedAlert = Omit<Alert, "annotations"> & {
  readonly annotations: Omit<Alert["annotations"], "runbook_url">;
};

/** A group before its alerts know where their pages are. */
export interface UnlinkedGroup {
  readonly name: string;
  readonly rules: readonly (Recording | UnlinkedAlert)[];
}

export function alert({
  alert: name,
  severity,
  expr,
  lasting,
  labels,
  summary,
  description,
}: AlertText): UnlinkedAlert {
  return {
    alert: name,
    expr,
    ...(lasting !== undefined && { for: lasting }),
    labels: { severity, ...labels },
    annotations: { summary, description },
  };
}

/** Name of an alert's page, for example `web-busy` for `WebBusy`. */
export function runbookName(name: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
}
