// The copy of a production database, in a real PostgreSQL: nothing private survives, public posts do.
import type { PGlite, Transaction } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sanitiseSql } from "../../components/staging/sanitise.ts";
import { treatments } from "../../components/staging/treatments.ts";
import {
  everything,
  mastodonDatabase,
  mastodonTables,
  people,
  post,
  telltale,
  telltaleRow,
} from "../support/mastodon-database.ts";

const names = { source: ["social.example", "web.social.example"], web: "staging.example" };
const sql = sanitiseSql(names, "november");

let database: PGlite;
beforeAll(async () => {
  database = await mastodonDatabase();
});
afterAll(() => database.close());

/** Runs in a transaction that leaves nothing. Rows may be given in any order, as in a restore. */
const within = (test: (made: Transaction) => Promise<void>) =>
  database.transaction(async (made) => {
    await made.exec("SET LOCAL session_replication_role = replica");
    await test(made);
    await made.rollback();
  });

/** As the job does it. */
const sanitise = (made: Transaction) => made.exec(`SET LOCAL session_replication_role = origin; ${sql}`);

async function texts(made: Transaction, query: string): Promise<string[]> {
  const { rows } = await made.query<{ text: string }>(query);
  return rows.map(({ text }) => text);
}

/** Values without which the row of tell-tales would be another row than meant: a public post of a person who may be seen. */
const meant: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  accounts: {
    domain: "NULL",
    hide_collections: "false",
    suspended_at: "NULL",
    moved_to_account_id: "NULL",
    locked: "false",
  },
  statuses: { visibility: "0", deleted_at: "NULL", in_reply_to_id: "NULL", reblog_of_id: "NULL" },
  oauth_applications: { owner_id: "NULL" },
  settings: { var: "'site_title'" },
  follows: { target_account_id: "1" },
};

const harmless = ["bigint", "bigint[]", "integer", "boolean", "timestamp"];
const textColumns = mastodonTables.flatMap(({ name, columns }) =>
  columns.filter(({ type }) => !harmless.includes(type)).map((column) => [name, column.name] as const),
);

const mayStay = ([table, column]: readonly [string, string]): boolean => {
  const treatment = treatments.kept[table]?.[column];
  return treatment !== undefined && !("set" in treatment);
};

describe("the list of treatments", () => {
  it("says of every table of Mastodon 4.6 whether its rows stay", () => {
    const listed = [...Object.keys(treatments.empty), ...Object.keys(treatments.kept)];
    expect(listed.toSorted()).toEqual(mastodonTables.map(({ name }) => name).toSorted());
  });

  it("says of every column that can hold text what becomes of it", () => {
    const unsaid = textColumns.filter(
      ([table, column]) => !(table in treatments.empty) && treatments.kept[table]?.[column] === undefined,
    );
    expect(unsaid).toEqual([]);
  });

  it("keeps no text of the tables of logins", () => {
    for (const treatment of Object.values(treatments.kept["users"] ?? {})) expect(treatment).toHaveProperty("set");
  });
});

describe("a copy", () => {
  it("holds no text of the original but what the list keeps", () =>
    within(async (made) => {
      for (const table of mastodonTables) await made.exec(telltaleRow(table, meant[table.name] ?? {}));
      await made.exec("REFRESH MATERIALIZED VIEW public.instances");
      await sanitise(made);
      const all = [...(await everything(made)).values()].join("\n");
      const survived = textColumns.filter(([table, column]) =>
        new RegExp(`${telltale(table, column)}(?![a-z_])`, "u").test(all),
      );
      expect(survived.filter((column) => !mayStay(column))).toEqual([]);
      expect(all).not.toContain("198.51.100.77");
      expect(survived).toContainEqual(["statuses", "text"]);
      expect(survived).toContainEqual(["media_attachments", "description"]);
      expect(
        await texts(made, "SELECT value AS text FROM public.ar_internal_metadata WHERE key = 'staging_copy'"),
      ).toEqual(["november"]);
    }));

  it("has the public posts and no others, with nothing that belonged to the others", () =>
    within(async (made) => {
      await made.exec(`${people}
        INSERT INTO public.tags (id, name) VALUES (1, 'cats'), (2, 'secretparty');
        INSERT INTO public.conversations (id, uri) VALUES (1, 'tag:social.example,2026:1'), (2, 'tag:social.example,2026:2');
        ${post(1, 0, "public")} ${post(2, 1, "unlisted")} ${post(3, 2, "followers")} ${post(4, 3, "direct")} ${post(5, 4, "limited")}
        ${post(6, 0, "deleted")}
        UPDATE public.statuses SET deleted_at = now() WHERE id = 6;
        UPDATE public.statuses SET conversation_id = CASE WHEN id = 4 THEN 2 ELSE 1 END;
        UPDATE public.statuses SET reblog_of_id = 4 WHERE id = 5;
        INSERT INTO public.statuses_tags (status_id, tag_id) VALUES (1, 1), (4, 2);
        INSERT INTO public.media_attachments (id, status_id, account_id, description, remote_url, type)
          VALUES (1, 1, 1, 'a cat', '', 0), (2, 4, 1, 'a passport', '', 0), (3, NULL, 1, 'not posted', '', 0);
        INSERT INTO public.status_edits (status_id, text, spoiler_text) VALUES (4, 'direct, first', '');
        INSERT INTO public.polls (account_id, status_id, options, cached_tallies) VALUES (1, 4, '{yes}', '{0}');`);
      await sanitise(made);
      expect(await texts(made, "SELECT text FROM public.statuses ORDER BY id")).toEqual(["public", "unlisted"]);
      expect(await texts(made, "SELECT description AS text FROM public.media_attachments")).toEqual(["a cat"]);
      expect(await texts(made, "SELECT name AS text FROM public.tags")).toEqual(["cats"]);
      expect(await texts(made, "SELECT uri AS text FROM public.conversations")).toEqual(["tag:staging.example,2026:1"]);
      expect(await texts(made, "SELECT text FROM public.status_edits")).toEqual([]);
      expect(await texts(made, "SELECT id::text AS text FROM public.polls")).toEqual([]);
    }));

  it("has nobody who is suspended or was not let in, and keeps the server's own actor", () =>
    within(async (made) => {
      await made.exec(`${people}
        UPDATE public.accounts SET suspended_at = now() WHERE id IN (2, -99);
        UPDATE public.users SET confirmed_at = NULL WHERE account_id = 3;
        INSERT INTO public.collections (account_id, name, description, local) VALUES (2, 'mine', '', true);
        ${post(1, 0, "kept")} ${post(2, 0, "suspended")}
        UPDATE public.statuses SET account_id = id;`);
      await sanitise(made);
      expect(await texts(made, "SELECT username AS text FROM public.accounts ORDER BY id")).toEqual([
        "instance",
        "ada",
        "remote",
      ]);
      expect(await texts(made, "SELECT text FROM public.statuses")).toEqual(["kept"]);
    }));

  it("lets nobody in: each password is the well-formed hash of nothing, and no second factor is asked for", () =>
    within(async (made) => {
      await made.exec(people);
      await sanitise(made);
      const hashes = await texts(made, "SELECT encrypted_password AS text FROM public.users");
      expect(hashes).toHaveLength(3);
      for (const hash of hashes) expect(hash).toMatch(/^\$2a\$10\$[./A-Za-z0-9]{53}$/u);
      expect(new Set(hashes).size).toBe(3);
      expect(
        await texts(
          made,
          "SELECT id::text AS text FROM public.users WHERE otp_required_for_login OR role_id IS NOT NULL",
        ),
      ).toEqual([]);
      expect(await texts(made, "SELECT value AS text FROM public.settings WHERE var = 'registrations_mode'")).toEqual([
        "--- none\n",
      ]);
    }));

  it("signs nothing and delivers nowhere, and tells people of other servers by their own addresses", () =>
    within(async (made) => {
      await made.exec(`${people}
        INSERT INTO public.keypairs (account_id, private_key, public_key, type) VALUES (1, 'private', 'public', 0);
        ${post(1, 0, "own")} ${post(2, 0, "foreign")}
        UPDATE public.statuses SET uri = 'https://web.social.example/users/ada/statuses/1' WHERE id = 1;
        UPDATE public.statuses SET uri = 'https://social.example.net/s/2' WHERE id = 2;`);
      await sanitise(made);
      expect(await texts(made, "SELECT username AS text FROM public.accounts WHERE private_key IS NOT NULL")).toEqual(
        [],
      );
      expect(await texts(made, "SELECT private_key AS text FROM public.keypairs")).toEqual([]);
      expect(
        await texts(made, "SELECT DISTINCT inbox_url AS text FROM public.accounts WHERE domain IS NOT NULL"),
      ).toEqual(["https://federation.invalid/inbox"]);
      expect(await texts(made, "SELECT domain AS text FROM public.unavailable_domains")).toEqual([
        "federation.invalid",
      ]);
      expect(await texts(made, "SELECT uri AS text FROM public.statuses ORDER BY id")).toEqual([
        "https://staging.example/users/ada/statuses/1",
        "https://social.example.net/s/2",
      ]);
    }));

  it("does not tell drafts, nor what moderators decided about people", () =>
    within(async (made) => {
      await made.exec(`${people}
        UPDATE public.accounts SET silenced_at = now(), sensitized_at = now() WHERE id = 1;
        UPDATE public.users SET disabled = true WHERE id = 1;
        INSERT INTO public.announcements (text, published) VALUES ('said', true), ('not said', false);
        INSERT INTO public.terms_of_services (text, changelog, published_at) VALUES ('terms', '', now()), ('draft', '', NULL);`);
      await sanitise(made);
      expect(
        await texts(
          made,
          "SELECT text FROM public.announcements UNION ALL SELECT text FROM public.terms_of_services ORDER BY text",
        ),
      ).toEqual(["said", "terms"]);
      const judged =
        "SELECT username AS text FROM public.accounts JOIN public.users ON account_id = accounts.id WHERE silenced_at IS NOT NULL OR sensitized_at IS NOT NULL OR disabled";
      expect(await texts(made, judged)).toEqual([]);
    }));

  it("does not tell whom people follow who hide it", () =>
    within(async (made) => {
      await made.exec(`${people}
        UPDATE public.accounts SET hide_collections = id = 2;
        INSERT INTO public.follows (account_id, target_account_id) VALUES (1, 3), (2, 3), (1, 2);`);
      await sanitise(made);
      expect(await texts(made, "SELECT account_id || '>' || target_account_id AS text FROM public.follows")).toEqual([
        "1>3",
      ]);
    }));
});

describe("a version that the list does not know", () => {
  it("has its new tables and columns emptied", () =>
    within(async (made) => {
      await made.exec(`${people}
        CREATE TABLE public.diaries (id bigserial, entry text); INSERT INTO public.diaries (entry) VALUES ('dear diary');
        ALTER TABLE public.users ADD phone varchar DEFAULT 'secret', ADD birthday date DEFAULT '2000-01-01', ADD visits bigint DEFAULT 7;
        ALTER TABLE public.accounts ADD pronouns varchar NOT NULL DEFAULT '';
        UPDATE public.accounts SET pronouns = 'they';`);
      await sanitise(made);
      expect(await texts(made, "SELECT entry AS text FROM public.diaries")).toEqual([]);
      expect(await texts(made, "SELECT DISTINCT concat(phone, birthday, visits) AS text FROM public.users")).toEqual([
        "7",
      ]);
      expect(await texts(made, "SELECT DISTINCT pronouns AS text FROM public.accounts")).toEqual([""]);
    }));

  it("is refused where a new column cannot be emptied", () =>
    within(async (made) => {
      await made.exec(`ALTER TABLE public.users ADD phone varchar NOT NULL; SAVEPOINT before;`);
      await expect(sanitise(made)).rejects.toThrow(
        "the column users.phone is in no list and cannot be emptied; nothing was copied",
      );
      await made.exec("ROLLBACK TO SAVEPOINT before");
    }));

  it("may lack tables and columns of the list", () =>
    within(async (made) => {
      await made.exec(`${people}
        ALTER TABLE public.accounts DROP private_key; DROP TABLE public.keypairs; DROP TABLE public.email_subscriptions;`);
      await sanitise(made);
      expect(await texts(made, "SELECT username AS text FROM public.accounts WHERE id = 1")).toEqual(["ada"]);
    }));
});
