// The account as one provider instance sees it: its own package, its own owner. The file is opened at the first use,
// so that Check and Diff answer without one.
import { createHash } from "node:crypto";
import { type Account, openAccount } from "../account/index.ts";
import type { AccountView, StoredObject } from "../providers/contract.ts";

/** Shortens credentials to what tells accounts apart without giving them away. */
export function ownerOf(credentials: string): string {
  return createHash("sha256").update(credentials).digest("hex").slice(0, 16);
}

/** An account that is opened when first asked for. */
export class LazyAccount {
  readonly #home: string;
  #account: Account | undefined;

  constructor(home: string) {
    this.#home = home;
  }

  get(): Account {
    this.#account ??= openAccount(this.#home);
    return this.#account;
  }

  close(): void {
    this.#account?.close();
    this.#account = undefined;
  }
}

/** Narrows the account to one provider package and one owner. */
export function accountView(account: LazyAccount, provider: string, owner: string): AccountView {
  const key = (type: string, id: string) => ({ provider, owner, type, id });
  return {
    get: (type, id): StoredObject | undefined => account.get().get(key(type, id)),
    list: (type) => account.get().list({ provider, owner, type }),
    everywhere: (type) => account.get().list({ provider, type }),
    put: (type, id, object) => account.get().put(key(type, id), object),
    remove: (type, id) => account.get().remove(key(type, id)),
    transaction: (work) => account.get().transaction(work),
    nextNumber: (series) => account.get().nextNumber(`${provider}:${series}`),
  };
}
