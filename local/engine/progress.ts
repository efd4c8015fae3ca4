// Renders the engine's events for a person: one line for each finished resource, one for each that takes long, every diagnostic.
import pc from "picocolors";

const marks: Record<string, string> = {
  create: pc.green("+"),
  import: pc.green("="),
  update: pc.yellow("~"),
  replace: pc.magenta("±"),
  "create-replacement": pc.magenta("+"),
  "delete-replaced": pc.magenta("-"),
  delete: pc.red("-"),
  refresh: pc.cyan("↻"),
};

/**
 * Said by the engine wherever the Kubernetes plugin had to be built: the newest one that is published as a Go module is older than the
 * SDK. The two are tested together (tools/README.md), and nobody who reads the warning could act on it.
 */
const expectedWarning = /^resource plugin kubernetes is expected to have version/u;

/** The engine's own last word, which tells nothing that its errors did not. */
const closingError = /^(update|preview|refresh|destroy) (failed|canceled)$/u;

/** After how many seconds an unfinished operation is mentioned, and again. */
const patienceSeconds = 15;

/** What is read of an engine event; each holds one of these or something that is none of a reader's business. */
export interface ObservedEvent {
  readonly resourcePreEvent?: { readonly metadata: { readonly urn: string } };
  readonly resOutputsEvent?: { readonly metadata: { readonly urn: string; readonly op: string } };
  readonly resOpFailedEvent?: { readonly metadata: { readonly urn: string } };
  readonly diagnosticEvent?: {
    readonly severity: string;
    readonly message: string;
    readonly urn?: string;
    readonly ephemeral?: boolean;
  };
  readonly summaryEvent?: { readonly resourceChanges: Record<string, number> };
}

/** Follows one operation of the engine; `close` ends the reminders about slow resources. */
export class Progress {
  /** What the engine counted at the end, by operation: `{ create: 12, same: 3 }`. */
  changes: Record<string, number> = {};
  /** How many errors were printed. */
  errors = 0;
  readonly #print: (line: string) => void;
  readonly #running = new Map<string, number>();
  /** What a plugin last said about a resource that it waits for, for example that no node has room for its pods. */
  readonly #waitingFor = new Map<string, string>();
  /** Errors that were printed: one that ends the program reaches the engine by two or three ways. */
  readonly #told = new Set<string>();
  readonly #reminder: NodeJS.Timeout;

  constructor(print: (line: string) => void) {
    this.#print = print;
    this.#reminder = setInterval(() => this.#remind(), patienceSeconds * 1000);
    this.#reminder.unref();
  }

  /** Takes one event. */
  readonly observe = (event: ObservedEvent): void => {
    if (event.resourcePreEvent) this.#running.set(event.resourcePreEvent.metadata.urn, Date.now());
    if (event.resOutputsEvent) this.#finished(event.resOutputsEvent.metadata);
    if (event.resOpFailedEvent) this.#failed(event.resOpFailedEvent.metadata.urn);
    if (event.diagnosticEvent) this.#diagnostic(event.diagnosticEvent);
    if (event.summaryEvent) this.changes = event.summaryEvent.resourceChanges;
  };

  close(): void {
    clearInterval(this.#reminder);
  }

  #finished(metadata: { urn: string; op: string }): void {
    const since = this.#running.get(metadata.urn);
    this.#forget(metadata.urn);
    const mark = marks[metadata.op];
    if (mark === undefined || isComponent(metadata.urn)) return;
    const took = since === undefined ? "" : pc.dim(` ${seconds(since)}`);
    this.#print(`  ${mark} ${describeUrn(metadata.urn)}${took}`);
  }

  #failed(urn: string): void {
    this.#forget(urn);
    this.#print(`  ${pc.red("✗")} ${describeUrn(urn)}`);
  }

  #forget(urn: string): void {
    this.#running.delete(urn);
    this.#waitingFor.delete(urn);
  }

  #diagnostic(event: NonNullable<ObservedEvent["diagnosticEvent"]>): void {
    // `info#err` is what programs print themselves.
    if (event.severity === "debug") return;
    const text = event.message.replaceAll(/<\{%[^%]*%\}>/g, "").trimEnd();
    if (event.ephemeral) {
      if (event.urn && text !== "") this.#waitingFor.set(event.urn, text);
      return;
    }
    if (text === "" || expectedWarning.test(text) || closingError.test(text)) return;
    if (event.severity === "error") {
      const error = `${event.urn ?? ""} ${text}`;
      if (this.#told.has(error)) return;
      this.#told.add(error);
      this.errors += 1;
    }
    const about = event.urn && !event.urn.includes("pulumi:pulumi:Stack") ? `${describeUrn(event.urn)}: ` : "";
    const colour = event.severity === "error" ? pc.red : event.severity === "warning" ? pc.yellow : String;
    this.#print(`  ${colour(`${event.severity.replace("#err", "")}:`)} ${about}${text}`);
  }

  #remind(): void {
    const slow = [...this.#running].filter(
      ([urn, since]) => !isComponent(urn) && Date.now() - since > patienceSeconds * 1000,
    );
    for (const [urn, since] of slow) {
      const reason = this.#waitingFor.get(urn);
      this.#print(pc.dim(`    still at ${describeUrn(urn)}, ${seconds(since)} so far${reason ? `: ${reason}` : ""}`));
    }
  }
}

/** `urn:pulumi:local::mastodon::a$b:index/vpc:Vpc::net-vpc` → `b Vpc net-vpc`. */
export function describeUrn(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  const type = types.split("$").at(-1) ?? "";
  const [pkg = "", module = "", kind = ""] = type.split(":");
  const group = module.includes("/") && pkg === "kubernetes" ? ` ${module}` : "";
  return `${pkg}${group} ${kind || module} ${pc.bold(name)}`;
}

function isComponent(urn: string): boolean {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  return type.startsWith("mastodon:") || type.startsWith("pulumi:");
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
