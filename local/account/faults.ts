// Misbehaviour on purpose: faults that wait in the account until an operation of the right type meets them.
import type { DatabaseSync } from "node:sqlite";

/** The four operations of a resource's life. */
export type Operation = "create" | "read" | "update" | "delete";

/**
 * What goes wrong: 429, 503, the answer lost after the object was created (or changed, or deleted), or only slowness.
 */
type FaultKind = (typeof faultKinds)[number];
const faultKinds = ["rate-limit", "server-error", "lost-answer", "slow"] as const;

/** A fault to inject. */
export interface Fault {
  /** Full type token, or `*` for every type. */
  readonly type: string;
  readonly operation: Operation | "*";
  readonly kind: FaultKind;
  /** How many operations it hits before it is used up. @default 1 */
  readonly times?: number;
  /** How long a `slow` operation is held up, in milliseconds. @default 1000 */
  readonly delayMs?: number;
}

/** A fault that an operation has met. */
export interface MetFault {
  readonly kind: FaultKind;
  readonly delayMs: number;
}

/** Lays a fault in wait. */
export function injectFault(database: DatabaseSync, { type, operation, kind, times = 1, delayMs = 1000 }: Fault): void {
  database
    .prepare("INSERT INTO faults (type, operation, kind, remaining, delay_ms) VALUES (?, ?, ?, ?, ?)")
    .run(type, operation, kind, times, delayMs);
}

/** Takes the oldest fault that fits, and counts it down. Must run in a write transaction. */
export function takeFault(database: DatabaseSync, type: string, operation: Operation): MetFault | undefined {
  const row = database
    .prepare(
      `SELECT number, kind, delay_ms FROM faults
       WHERE remaining > 0 AND type IN (?, '*') AND operation IN (?, '*') ORDER BY number LIMIT 1`,
    )
    .get(type, operation);
  if (!row) return undefined;
  database.prepare("UPDATE faults SET remaining = remaining - 1 WHERE number = ?").run(row["number"] ?? null);
  database.exec("DELETE FROM faults WHERE remaining <= 0");
  const kind = faultKinds.find((known) => known === row["kind"]);
  return kind && { kind, delayMs: Number(row["delay_ms"]) };
}
