// What an account of the local cloud holds: one SQLite file, one row per object, shared by all plugin processes of a checkout.
import type { DatabaseSync } from "node:sqlite";
import type { Properties } from "../providers/contract.ts";
import { type Fault, type MetFault, type Operation, injectFault, takeFault } from "./faults.ts";
import { openDatabase } from "./schema.ts";

export type { Fault, Operation } from "./faults.ts";

/** Names one object: the provider package, whose account it is in, its type token and its id. */
export interface ObjectKey {
  readonly provider: string;
  /** Hash of the credentials: two tokens are two accounts. */
  readonly owner: string;
  readonly type: string;
  readonly id: string;
}

/** One object of the account. */
export interface AccountObject extends ObjectKey {
  /** The resource that asked for it; empty for objects that the cloud made by itself. */
  readonly urn: string;
  readonly object: Properties;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Chooses objects; every given field must fit. */
export type AccountFilter = Partial<Pick<AccountObject, "provider" | "owner" | "type" | "id" | "urn">>;

/** An open account file. All calls are synchronous; writes of several processes queue behind each other. */
export class Account {
  readonly #database: DatabaseSync;
  #depth = 0;

  constructor(home: string) {
    this.#database = openDatabase(home);
  }

  /** Lists objects, oldest first. */
  list(filter: AccountFilter = {}): AccountObject[] {
    const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
    const where = wanted.length === 0 ? "" : `WHERE ${wanted.map(([column]) => `${column} = ?`).join(" AND ")}`;
    return this.#database
      .prepare(`SELECT * FROM objects ${where} ORDER BY rowid`)
      .all(...wanted.map(([, value]) => value))
      .map((row) => fromRow(row));
  }

  get(key: ObjectKey): AccountObject | undefined {
    return this.list({ provider: key.provider, owner: key.owner, type: key.type, id: key.id })[0];
  }

  /** The object that a resource's creation left behind, if any. */
  findByUrn(urn: string): AccountObject | undefined {
    return this.list({ urn }).at(-1);
  }

  /** How many objects there are of each type, by type token. */
  counts(filter: AccountFilter = {}): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { type } of this.list(filter)) counts.set(type, (counts.get(type) ?? 0) + 1);
    return counts;
  }

  isEmpty(): boolean {
    return this.#database.prepare("SELECT 1 FROM objects LIMIT 1").get() === undefined;
  }

  /** Adds or replaces an object; its creation time and URN survive a replacement that gives none. */
  put(key: ObjectKey, object: Properties, urn = ""): void {
    const now = new Date().toISOString();
    this.#database
      .prepare(
        `INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET object = excluded.object, updated_at = excluded.updated_at,
           urn = CASE excluded.urn WHEN '' THEN urn ELSE excluded.urn END`,
      )
      .run(key.provider, key.owner, key.type, key.id, urn, JSON.stringify(object), now, now);
  }

  remove({ provider, owner, type, id }: ObjectKey): void {
    this.#database
      .prepare("DELETE FROM objects WHERE provider = ? AND owner = ? AND type = ? AND id = ?")
      .run(provider, owner, type, id);
  }

  /** Runs work in one write transaction; a call inside another joins it. An error takes everything back. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#database.exec("BEGIN IMMEDIATE");
    this.#depth += 1;
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  /** The next number of a series; never given twice in this file. */
  nextNumber(series: string): number {
    const row = this.#database
      .prepare("INSERT INTO series VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last")
      .get(series);
    return Number(row?.["last"]);
  }

  /** Lays a fault in wait for the next operations of a type; used by tests and drills. */
  injectFault(fault: Fault): void {
    injectFault(this.#database, fault);
  }

  /** Takes the fault that an operation meets, if one waits for it. */
  meetFault(type: string, operation: Operation): MetFault | undefined {
    // Looking first without the write lock keeps the usual case, no faults at all, cheap.
    if (this.#database.prepare("SELECT 1 FROM faults LIMIT 1").get() === undefined) return undefined;
    return this.transaction(() => takeFault(this.#database, type, operation));
  }

  close(): void {
    this.#database.close();
  }
}

/** Opens the account below the local home; creates an empty one where there is none. */
export function openAccount(home: string): Account {
  return new Account(home);
}

/** Opens the account for one piece of synchronous work, and closes it whatever happens. */
export function withAccount<T>(home: string, work: (account: Account) => T): T {
  const account = openAccount(home);
  try {
    return work(account);
  } finally {
    account.close();
  }
}

function fromRow(row: Record<string, unknown>): AccountObject {
  const object: Properties = JSON.parse(String(row["object"]));
  return {
    provider: String(row["provider"]),
    owner: String(row["owner"]),
    type: String(row["type"]),
    id: String(row["id"]),
    urn: String(row["urn"]),
    object,
    createdAt: String(row["created_at"]),
    updatedAt: String(row["updated_at"]),
  };
}
