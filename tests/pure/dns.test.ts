// DNS as plain data: one list of records, and its forms for DigitalOcean, Route 53, zone files and people.
import { describe, expect, it } from "vitest";
import { extraRecordPlans, extraRecordsSchema } from "../../components/dns/extra-records.ts";
import { isMoving, moveWarnings, withTtl } from "../../components/dns/moves.ts";
import { recordSets, route53Value, typedRecord, zoneFileValue } from "../../components/dns/notation.ts";
import { absoluteName, relativeName, type RecordPlan } from "../../components/dns/records.ts";
import { dnsTable } from "../../components/dns/table.ts";
import { allRecords, ownRecords, targetsInWords } from "../../src/dns-plan.ts";
import { assertExtraRecordsApart, assertMovesKnown, assertZoneSettingsUsed } from "../../src/rules/dns.ts";
import { parseSettings } from "../../src/settings.ts";
import { stackFile, withSecrets } from "../stacks.ts";

const prod = parseSettings(withSecrets(stackFile("prod")));
const withDns = (dns: Partial<typeof prod.dns>) => ({ ...prod, dns: { ...prod.dns, ...dns } });
const text = (value: string): RecordPlan<string> => ({ key: "t", type: "TXT", name: "@", value });

const keys = (settings: typeof prod) => ownRecords(settings, targetsInWords(settings)).map(({ key }) => key);
const caa = (change: Partial<typeof prod>) =>
  ownRecords({ ...prod, ...change }, targetsInWords(prod))
    .filter(({ type }) => type === "CAA")
    .map(zoneFileValue);

const plan = (today: string, what = "media") => ({
  domains: prod.domains,
  zone: "social.example",
  dns: { ...prod.dns, moves: [{ what, on: "2026-12-08" }] },
  today,
});

const short = (today: string, what?: string) =>
  withTtl(allRecords(prod, targetsInWords(prod)), plan(today, what))
    .filter(({ ttl }) => ttl === 60)
    .map(({ type, name }) => `${type} ${name}`);

const problems = (extraRecords: unknown) =>
  assertExtraRecordsApart(withDns({ extraRecords: extraRecordsSchema.parse(extraRecords) })).map(
    ({ message }) => message,
  );

describe("names", () => {
  it.each([
    ["social.example", "@"],
    ["www.social.example", "www"],
    ["media.elsewhere.example", "media.elsewhere.example."],
    ["notsocial.example", "notsocial.example."],
  ])("%s is %s in the zone, and the other way round", (host, name) => {
    expect(relativeName(host, "social.example")).toBe(name);
    expect(absoluteName(name, "social.example")).toBe(host);
  });
});

describe("values", () => {
  it.each([
    [{ key: "k", type: "MX", name: "@", value: "mx.example.", priority: 10 }, "10 mx.example."],
    [
      { key: "k", type: "SRV", name: "_s._tcp", value: "s.example.", priority: 1, weight: 2, port: 3 },
      "1 2 3 s.example.",
    ],
    [
      { key: "k", type: "CAA", name: "@", value: "letsencrypt.org.", flags: 0, tag: "issue" },
      '0 issue "letsencrypt.org"',
    ],
    [{ key: "k", type: "CAA", name: "@", value: "mailto:a@b.c", flags: 0, tag: "iodef" }, '0 iodef "mailto:a@b.c"'],
    [{ key: "k", type: "A", name: "@", value: "192.0.2.1" }, "192.0.2.1"],
  ] as const)("%o reads %s in a zone file", (record, expected) => expect(zoneFileValue(record)).toBe(expected));

  it("are quoted texts of at most 255 bytes each, with quotation marks escaped", () => {
    expect(zoneFileValue(text('v="1"'))).toBe(String.raw`"v=\"1\""`);
    expect(zoneFileValue(text("a".repeat(255)))).toBe(`"${"a".repeat(255)}"`);
    expect(zoneFileValue(text("a".repeat(256)))).toBe(`"${"a".repeat(255)}" "a"`);
  });

  it("leave the outer quotation marks of a text to the AWS plugin", () => {
    expect(route53Value(text("v=spf1 -all"))).toBe("v=spf1 -all");
    expect(route53Value(text(`${"a".repeat(255)}b`))).toBe(`${"a".repeat(255)}""b`);
    expect(route53Value(text('"'))).toBe(String.raw`\"`);
  });

  it("come with and without the trailing dot of a host, and never lose the dot of a text", () => {
    const cname = typedRecord({ key: "k", type: "CNAME", name: "media", value: "cdn.example.", ttl: 60 }, "s.example");
    expect(cname).toMatchObject({ fqdn: "media.s.example", value: "cdn.example.", valueWithoutDot: "cdn.example" });
    expect(typedRecord({ ...text("ends."), ttl: 60 }, "s.example").valueWithoutDot).toBe("ends.");
  });
});

describe("record sets of Route 53", () => {
  const records = allRecords(
    withDns({ extraRecords: { site: { type: "TXT", name: "@", value: "site=1" } } }),
    targetsInWords(prod),
  );

  it("hold all values of a name and type, under a name that a further value does not change", () => {
    const sets = recordSets(records);
    const spf = sets.find(({ key }) => key === "@-txt");
    expect(spf?.records.map(({ value }) => value)).toEqual(["v=spf1 include:amazonses.com -all", "site=1"]);
    expect(recordSets(ownRecords(prod, targetsInWords(prod))).map(({ key }) => key)).toEqual(
      sets.map(({ key }) => key),
    );
  });

  it("never join two names that look alike", () => {
    const sets = recordSets([
      text("1"),
      { ...text("2"), name: "a-b" },
      { ...text("3"), name: "a.b" },
      { ...text("4"), name: "*" },
    ]);
    expect(sets.map(({ key }) => key)).toEqual(["@-txt", "a-b-txt", "a.b-txt", "(any)-txt"]);
  });

  it("keep each CNAME alone", () => {
    const sets = recordSets(records).filter(({ records: [first] }) => first.type === "CNAME");
    expect(sets).toHaveLength(6);
    for (const { records: values } of sets) expect(values).toHaveLength(1);
  });
});

describe("the server's records", () => {
  it("have AAAA beside A for the site's hosts only, unless the settings want no IPv6", () => {
    expect(keys(prod).filter((key) => key.endsWith("-ipv6"))).toEqual(["local-ipv6", "streaming-ipv6"]);
    expect(keys(withDns({ ipv6: false })).filter((key) => key.endsWith("-ipv6"))).toEqual([]);
  });

  it("let those issue certificates that the stack gets them from", () => {
    const { cdn, certificates, dns } = prod;
    const letsEncrypt = '0 issue "letsencrypt.org"';
    expect(caa({})).toEqual([letsEncrypt]);
    expect(caa({ cdn: { ...cdn, kind: "cloudfront" } })).toEqual([letsEncrypt, '0 issue "amazon.com"']);
    expect(caa({ dns: { ...dns, certificateReports: "a@b.example" } })).toEqual([
      letsEncrypt,
      '0 iodef "mailto:a@b.example"',
    ]);
    expect(caa({ certificates: { ...certificates, kind: "uploaded" } })).toEqual([]);
    // Amazon alone would forbid the renewal of the uploaded one.
    const both = { certificates: { ...certificates, kind: "uploaded" }, cdn: { ...cdn, kind: "cloudfront" } } as const;
    expect(caa(both)).toEqual([]);
    expect(
      caa({
        certificates: { ...certificates, kind: "uploaded" },
        dns: { ...dns, certificateAuthorities: ["digicert.com"] },
      }),
    ).toEqual(['0 issue "digicert.com"']);
  });

  it("are a table with whole names, for those who serve the zone themselves", () => {
    const records = withTtl(ownRecords(prod, targetsInWords(prod)), {
      ...prod,
      zone: "social.example",
      today: "2026-12-08",
    });
    const table = dnsTable(
      "social.example",
      records.map((record) => typedRecord(record, "social.example")),
    );
    expect(table).toMatch(/social\.example +│ A +│ +1800 │ \(the load balancer's IPv4 address\)/);
    expect(table).toMatch(/bounce\.social\.example +│ MX +│ +1800 │ 10 feedback-smtp\.ca-central-1\.amazonses\.com\./);
    expect(table).toMatch(/social\.example +│ TXT +│ +1800 │ "v=spf1 include:amazonses.com -all"/);
  });
});

describe("a planned move", () => {
  it.each([
    ["2026-12-04", false],
    ["2026-12-05", true],
    ["2026-12-08", true],
    ["2026-12-09", true],
    ["2026-12-10", false],
  ])("shortens the time to live from three days before until the day after: %s %s", (today, moving) => {
    expect(isMoving("2026-12-08", today, prod.dns)).toBe(moving);
    expect(short(today)).toEqual(moving ? ["CNAME media"] : []);
  });

  it("concerns the addresses of a host, whatever else it is called, or everything", () => {
    expect(short("2026-12-08", "web")).toEqual(["A @", "AAAA @"]);
    expect(short("2026-12-08", "all")).toHaveLength(allRecords(prod, targetsInWords(prod)).length);
  });

  it("never lengthens a record's own time to live", () => {
    const records = [{ ...text("x"), ttl: 30 }];
    expect(withTtl(records, plan("2026-12-08", "all"))[0]?.ttl).toBe(30);
  });

  it("is remembered for a week, then told", () => {
    const { dns } = plan("");
    expect(moveWarnings(dns, "2026-12-15")).toEqual([]);
    expect(moveWarnings(dns, "2026-12-16")).toEqual([expect.stringMatching(/^mastodon:dns\.moves\.0: .* 8 days ago/)]);
  });

  it("names something that is there", () => {
    expect(assertMovesKnown(withDns({ moves: [{ what: "docs", on: "2026-12-08" }] }))).toEqual([]);
    const [problem] = assertMovesKnown(withDns({ moves: [{ what: "doc", on: "2026-12-08" }] }));
    expect(problem).toMatchObject({ path: "dns.moves.0.what", value: "doc" });
    expect(problem?.message).toContain("local, web, streaming, media, assets, docs, all");
  });
});

describe("the operator's own records", () => {
  it("become plans whose hosts end in a dot", () => {
    const extra = extraRecordsSchema.parse({ mx: { type: "MX", name: "@", value: "mx.example.org", priority: 5 } });
    expect(extraRecordPlans(extra)).toEqual([
      { key: "extra-mx", type: "MX", name: "@", value: "mx.example.org.", priority: 5 },
    ]);
  });

  it.each([
    ["an MX without priority", { type: "MX", name: "@", value: "mx.example.org" }],
    ["a trailing dot", { type: "CNAME", name: "x", value: "y.example.org." }],
    ["an address that is none", { type: "A", name: "x", value: "300.1.1.1" }],
    ["an IPv4 address as AAAA", { type: "AAAA", name: "x", value: "192.0.2.1" }],
    ["a text that is not ASCII", { type: "TXT", name: "x", value: "grün" }],
    ["an unknown type", { type: "SOA", name: "x", value: "y" }],
    ["a name with a dot at its end", { type: "A", name: "x.", value: "192.0.2.1" }],
  ])("are refused: %s", (_what, record) => expect(extraRecordsSchema.safeParse({ one: record }).success).toBe(false));

  it.each([
    ["a mailbox provider's MX", { type: "MX", name: "@", value: "mx.example.org", priority: 5 }],
    ["a proof of ownership", { type: "TXT", name: "@", value: "site-verification=1" }],
    ["a host of its own", { type: "A", name: "git", value: "192.0.2.1" }],
    ["a delegation", { type: "NS", name: "lab", value: "ns.example.org" }],
  ])("may be %s", (_what, record) => expect(problems({ one: record })).toEqual([]));

  it.each([
    [{ type: "A", name: "@", value: "192.0.2.1" }, "the server's own address"],
    [{ type: "TXT", name: "@", value: "v=spf1 -all" }, "use mail.spfInclude"],
    [{ type: "TXT", name: "_dmarc", value: "v=DMARC1; p=none" }, "mail.dmarcPolicy"],
    [{ type: "TXT", name: "media", value: "x" }, "own record CNAME media"],
    [{ type: "CNAME", name: "streaming", value: "x.example.org" }, "a CNAME must be alone"],
    [{ type: "CNAME", name: "@", value: "x.example.org" }, "use A and AAAA"],
    [{ type: "NS", name: "@", value: "ns.example.org" }, "name servers"],
    [{ type: "MX", name: "bounce", value: "x.example.org", priority: 1 }, "takes bounces"],
  ])("never cross the server's: %o", (record, message) =>
    expect(problems({ one: record })).toEqual([expect.stringContaining(message)]),
  );

  it("never cross each other", () => {
    const cname = { type: "CNAME", name: "x", value: "y.example.org" };
    expect(problems({ one: cname, two: { type: "TXT", name: "x", value: "z" } })).toEqual([
      expect.stringContaining("meets dns.extraRecords.one"),
    ]);
    const a = { type: "A", name: "x", value: "192.0.2.1" };
    expect(problems({ one: a, two: a })).toEqual([expect.stringContaining("is the same as dns.extraRecords.one")]);
    expect(problems({ one: a, two: { ...a, value: "192.0.2.2" } })).toEqual([]);
  });
});

it("a hosted zone's id is refused where nobody reads it", () => {
  const dns = { ...prod.dns, route53: { zoneId: "Z0123456789" } };
  expect(assertZoneSettingsUsed({ dns })).toMatchObject([{ path: "dns.route53.zoneId" }]);
  expect(assertZoneSettingsUsed({ dns: { ...dns, kind: "route53" } })).toEqual([]);
});
