// The Ruby of day two against a stand-in for Mastodon, on machines that have a Ruby. In the cluster it is the image's own.
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { dummyCertificate } from "../../src/dump/dummy-certificate.ts";
import { projectRoot } from "../stacks.ts";

const hasRuby = spawnSync("ruby", ["--version"]).error === undefined;
const scripts = resolve(projectRoot, "components/mastodon/day-two/scripts");
const fakes = resolve(projectRoot, "tests/data/day-two");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "day-two-"));
  mkdirSync(join(folder, "bin"));
  copyFileSync(join(fakes, "tootctl.rb"), join(folder, "bin", "tootctl"));
  chmodSync(join(folder, "bin", "tootctl"), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

const stateShape = z.looseObject({
  calls: z.array(z.string()).default([]),
  blocked: z.array(z.string()).default([]),
});

const stateFile = () => join(folder, "state.json");
const setState = (state: object) => writeFileSync(stateFile(), JSON.stringify(state));
const stateNow = () => stateShape.parse(JSON.parse(readFileSync(stateFile(), "utf8")));

interface Finished {
  readonly failed: boolean;
  readonly text: string;
}

/** Not the synchronous kind: the test itself serves the lists. */
function run(script: string, variables: Readonly<Record<string, string>>): Promise<Finished> {
  const env = { PATH: process.env["PATH"], LANG: "C.UTF-8", FAKE_STATE: stateFile(), ...variables };
  return new Promise((done) => {
    execFile(
      "ruby",
      ["-r", join(fakes, "rails.rb"), join(scripts, script)],
      { cwd: folder, env },
      (error, stdout, stderr) => done({ failed: error !== null, text: stdout + stderr }),
    );
  });
}

describe.skipIf(!hasRuby)("the first admin", () => {
  const asked = { ADMIN_USERNAME: "alice", ADMIN_EMAIL: "alice@social.example" };
  const create = "accounts create alice --email alice@social.example --confirmed --approve --role Owner";
  const modify = "accounts modify alice --role Owner --confirm --approve";

  it("is made once, and gets a mail to set the password, which nobody sees", async () => {
    setState({});
    const { failed, text } = await run("first-admin.rb", asked);
    expect(failed).toBe(false);
    expect(text).not.toMatch(/New password|0123456789abcdef/);
    expect(stateNow().calls).toEqual([create, "reset mail to alice@social.example"]);
  });

  it("stays, is made owner again, and gets no second mail", async () => {
    setState({ accounts: { alice: { email: "Alice@social.example", signed_in: "2026-01-01" } } });
    expect(await run("first-admin.rb", asked)).toEqual({ failed: false, text: "alice is the owner\n" });
    expect(stateNow().calls).toEqual([modify]);
  });

  it("is no stranger who took the name before", async () => {
    setState({ accounts: { alice: { email: "stranger@elsewhere.example" } } });
    const { failed, text } = await run("first-admin.rb", asked);
    expect(failed).toBe(true);
    expect(text).toContain("with another mail address");
    expect(stateNow().calls).toEqual([]);
  });

  it("tells why it could not be made, and still no password", async () => {
    setState({ failing: ["accounts create alice --email"] });
    const { failed, text } = await run("first-admin.rb", asked);
    expect(failed).toBe(true);
    expect(text).toContain("email: is invalid");
    expect(text).not.toContain("leaked");
  });
});

const deploy = (name: string) => `search deploy --only ${name} --concurrency 2`;

describe.skipIf(!hasRuby)("the search index", () => {
  const variables = { REDIS_URL: "redis://x", CONCURRENCY: "2" };

  it("is built where it is missing, the small ones first, and then never again", async () => {
    setState({ changed: ["Statuses", "Instances"] });
    expect((await run("search-index.rb", variables)).failed).toBe(false);
    expect((await run("search-index.rb", variables)).text).toContain("all indices are there");
    expect(stateNow().calls).toEqual([deploy("instances"), deploy("statuses")]);
  });

  it("goes on after an interruption, although the index looks finished", async () => {
    setState({ changed: ["Tags", "Statuses"], failing: ["search deploy --only tags"] });
    expect((await run("search-index.rb", variables)).failed).toBe(true);
    setState({ ...stateNow(), changed: [], failing: [] });
    expect((await run("search-index.rb", variables)).failed).toBe(false);
    expect(stateNow().calls).toEqual([deploy("tags"), deploy("tags"), deploy("statuses")]);
  });
});

describe.skipIf(!hasRuby)("blocked mail domains", () => {
  let server: Server;
  let address: string;
  let pages: Record<string, { readonly status?: number; readonly text?: string; readonly location?: string }>;
  const many = Array.from({ length: 200 }, (_, index) => `throwaway${index}.example`);

  beforeEach(async () => {
    const { certificate, chain, privateKey } = await dummyCertificate(["localhost"]);
    writeFileSync(join(folder, "ca.pem"), chain);
    pages = {};
    server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
      const page = pages[request.url ?? ""] ?? { status: 404 };
      response.writeHead(page.status ?? 200, page.location === undefined ? {} : { location: page.location });
      response.end(page.text);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const at = server.address();
    address = `https://localhost:${typeof at === "object" ? at?.port : ""}`;
  });
  afterEach(() => new Promise((done) => server.close(done)));

  const sync = (...paths: readonly string[]) =>
    run("mail-domains.rb", {
      LISTS: paths.map((path) => (path.startsWith("/") ? `${address}${path}` : path)).join(" "),
      FEWEST: "100",
      MOST: "1000",
      USERS: "3",
      NEVER: "gmail.com yahoo.co.uk social.example",
      SSL_CERT_FILE: join(folder, "ca.pem"),
    });
  const listed = (...more: readonly string[]) => [...more, ...many].join("\n");

  it("are added from a list with comments and odd lines, and nothing is removed", async () => {
    setState({ blocked: ["by-hand.example"] });
    pages["/list"] = {
      text: `\uFEFF# comment\r\n\r\nOne.Example # why\r\n// more\n${many.join("\r\n")}\r\nno_domain\r\n`,
    };
    const { failed, text } = await sync("/list");
    expect({ failed, text }).toMatchObject({ failed: false, text: expect.stringContaining("blocked 201 more") });
    expect(stateNow().blocked.toSorted()).toEqual(["by-hand.example", "one.example", ...many].toSorted());
    expect((await sync("/list")).text).toContain("blocked 0 more");
  });

  it("follow a list to another place, but not to one without encryption", async () => {
    setState({});
    pages["/old"] = { status: 302, location: "/new" };
    pages["/new"] = { text: listed() };
    pages["/down"] = { status: 302, location: "http://localhost/new" };
    pages["/round"] = { status: 302, location: "/round" };
    const { failed, text } = await sync("/old", "/down", "/round");
    expect(stateNow().blocked).toHaveLength(200);
    expect(failed).toBe(true);
    expect(text).toMatch(/\/down is left alone: it leads to http[^]*\/round is left alone: it answers 302/);
  });

  it.each([
    ["empty", "", "holds 0 domains, less than"],
    ["short", "one.example\n", "holds 1 domains, less than"],
    ["a page", `<html>${"\n<p>Not found</p>".repeat(300)}`, "that are no domains"],
    ["endless", Array.from({ length: 1001 }, (_, index) => `d${index}.example`).join("\n"), "more than"],
    ["hijacked", listed("gmail.com"), "would lock out gmail.com"],
    ["hijacked from above", listed("co.uk"), "would lock out co.uk"],
    ["against this server", listed("social.example"), "would lock out social.example"],
  ])("stay as they are when a list is %s", async (_, text, message) => {
    setState({ blocked: ["before.example"] });
    pages["/list"] = { text };
    const { failed, text: printed } = await sync("/list");
    expect(printed).toContain(message);
    expect(failed).toBe(true);
    expect(stateNow().blocked).toEqual(["before.example"]);
  });

  it("come from the good list when another one is broken or away", async () => {
    setState({});
    pages["/good"] = { text: listed() };
    const { failed, text } = await sync("/gone", "https://localhost:1/away", "/good");
    expect(text).toContain("blocked 200 more");
    expect(text).toMatch(
      /gone is left alone: it answers 404\n.*away is left alone: it cannot be read \(Errno::ECONNREFUSED\)/,
    );
    expect(failed).toBe(true);
  });

  it("spare what people here use", async () => {
    setState({ users: { "throwaway7.example": 3, "mail.throwaway8.example": 5, "throwaway9.example": 2 } });
    pages["/list"] = { text: listed() };
    expect((await sync("/list")).text).toContain("people here use them: throwaway7.example, throwaway8.example");
    expect(stateNow().blocked).toHaveLength(198);
    expect(stateNow().blocked).toContain("throwaway9.example");
  });
});
