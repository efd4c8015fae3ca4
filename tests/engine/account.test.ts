// The account file: transactions, filters, series and faults, also with several processes at work.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Account, openAccount } from "../../local/account/index.ts";
import { temporaryHome } from "./plugin-client.ts";

const key = { provider: "digitalocean", owner: "a", type: "Vpc", id: "1" };
let home: string;
let remove: () => void;
let account: Account;

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  account = openAccount(home);
});
afterEach(() => {
  account.close();
  remove();
});

describe("objects", () => {
  it("are kept until they are removed", () => {
    account.put(key, { name: "n" }, "urn:1");
    expect(account.get(key)).toMatchObject({ ...key, urn: "urn:1", object: { name: "n" } });
    account.remove(key);
    expect(account.isEmpty()).toBe(true);
  });

  it("keep their birth and their URN when they change", () => {
    account.put(key, { name: "n" }, "urn:1");
    const born = account.get(key)?.createdAt;
    account.put(key, { name: "m" });
    expect(account.get(key)).toMatchObject({ urn: "urn:1", createdAt: born, object: { name: "m" } });
  });

  it("are found by every part of what they are, and counted by type", () => {
    account.put(key, {}, "urn:1");
    account.put({ ...key, owner: "b" }, {}, "urn:2");
    account.put({ ...key, type: "Tag" }, {}, "urn:3");
    expect(account.list({ owner: "a" })).toHaveLength(2);
    expect(account.list({ type: "Vpc", owner: "b" })).toHaveLength(1);
    expect(account.findByUrn("urn:3")?.type).toBe("Tag");
    expect(account.findByUrn("urn:9")).toBeUndefined();
    expect([...account.counts()]).toEqual([
      ["Vpc", 2],
      ["Tag", 1],
    ]);
  });
});

describe("transactions", () => {
  it("take everything back when something fails, inner ones included", () => {
    const work = () =>
      account.transaction(() => {
        account.put(key, {});
        account.transaction(() => account.put({ ...key, id: "2" }, {}));
        throw new Error("no");
      });
    expect(work).toThrow("no");
    expect(account.isEmpty()).toBe(true);
    account.transaction(() => account.put(key, {}));
    expect(account.isEmpty()).toBe(false);
  });

  it("give no number twice to processes that start on a new file at the same moment", async () => {
    account.close();
    remove();
    ({ home, remove } = temporaryHome());
    const script = `
      const { openAccount } = await import(${JSON.stringify(resolve(import.meta.dirname, "../../local/account/index.ts"))});
      const account = openAccount(${JSON.stringify(home)});
      for (let n = 0; n < 50; n += 1) console.log(account.transaction(() => account.nextNumber("droplet")));`;
    const run = async () => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (data: Buffer) => (text += data.toString()));
      await once(child, "close");
      return text.trim().split("\n");
    };
    const numbers = (await Promise.all([run(), run(), run()])).flat();
    account = openAccount(home);
    expect(numbers).toHaveLength(150);
    expect(new Set(numbers).size).toBe(150);
  });
});

describe("faults", () => {
  it("hit the right type and operation, as often as they are told, oldest first", () => {
    account.injectFault({ type: "Vpc", operation: "create", kind: "slow", delayMs: 5 });
    account.injectFault({ type: "*", operation: "*", kind: "rate-limit", times: 2 });
    expect(account.meetFault("Vpc", "create")).toEqual({ kind: "slow", delayMs: 5 });
    expect(account.meetFault("Tag", "delete")?.kind).toBe("rate-limit");
    expect(account.meetFault("Vpc", "create")?.kind).toBe("rate-limit");
    expect(account.meetFault("Vpc", "create")).toBeUndefined();
  });
});
