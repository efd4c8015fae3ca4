// The local cloud's command line: what it prints of the engine's events, of a summary, of changes, and for a shell.
import { describe, expect, it, vi } from "vitest";
import { shellExports } from "../../local/commands/env.ts";
import { describeChanges } from "../../local/commands/changes.ts";
import { describeUrn, type ObservedEvent, Progress } from "../../local/engine/progress.ts";

const vpc = "urn:pulumi:local::mastodon::mastodon:network:Network$digitalocean:index/vpc:Vpc::net-vpc";
const component = "urn:pulumi:local::mastodon::mastodon:network:Network::net";

function observed(events: ObservedEvent[]): { lines: string[]; progress: Progress } {
  const lines: string[] = [];
  const progress = new Progress((line) => lines.push(line));
  for (const event of events) progress.observe(event);
  progress.close();
  return { lines, progress };
}

const outputs = (urn: string, op: string) => ({ resOutputsEvent: { metadata: { urn, op } } });
const diagnostic = (severity: string, message: string, urn?: string) => ({
  diagnosticEvent: { severity, message, urn },
});

describe("progress", () => {
  it("names a resource by package, kind and logical name", () => {
    expect(describeUrn(vpc)).toContain("digitalocean Vpc");
    expect(describeUrn("urn:pulumi:l::m::kubernetes:apps/v1:Deployment::web")).toContain(
      "kubernetes apps/v1 Deployment",
    );
  });

  it("prints one line for a created resource and none for a component or an unchanged one", () => {
    const { lines } = observed([outputs(vpc, "create"), outputs(component, "create"), outputs(vpc, "same")]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("net-vpc");
  });

  it("prints and counts errors, and drops the engine's colour marks and empty lines", () => {
    const { lines, progress } = observed([
      diagnostic("error", "<{%reset%}>name is taken<{%reset%}>\n", vpc),
      diagnostic("info#err", "\n"),
      diagnostic("debug", "noise"),
    ]);
    expect(progress.errors).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/error:.*net-vpc.*: name is taken$/u);
  });
});

describe("a resource that takes long", () => {
  it("is mentioned with what its plugin is waiting for", () => {
    vi.useFakeTimers();
    const lines: string[] = [];
    const progress = new Progress((line) => lines.push(line));
    progress.observe({ resourcePreEvent: { metadata: { urn: vpc } } });
    progress.observe({
      diagnosticEvent: { severity: "info", message: "16/80 Pods available", urn: vpc, ephemeral: true },
    });
    vi.advanceTimersByTime(40_000);
    progress.close();
    vi.useRealTimers();
    expect(lines.at(-1)).toMatch(/still at .*net-vpc.*: 16\/80 Pods available/u);
  });
});

describe("changes", () => {
  it("says in one sentence that nothing changed", () => {
    expect(describeChanges({ same: 12 })).toBe("No changes: 12 resources are as declared.");
  });

  it("counts what changed beside what did not", () => {
    expect(describeChanges({ create: 2, delete: 1, same: 3 })).toBe("2 create, 1 delete; 3 unchanged.");
  });
});

describe("env", () => {
  it("gives exports that a shell reads back unchanged, also with a quote in the path", () => {
    const lines = shellExports("/tmp/it's here").split("\n");
    expect(lines).toContain(`export MASTODON_LOCAL_HOME='/tmp/it'\\''s here'`);
    expect(lines.every((line) => /^export [A-Za-z_]+=('.*'|[^\s']+)$/u.test(line))).toBe(true);
  });
});
