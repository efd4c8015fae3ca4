import { describe, expect, it } from "vitest";
import {
  allowedHosts,
  extraMediaHosts,
  redirectedMediaHost,
  servedMediaHosts,
} from "../../components/cdn/media-move/hosts.ts";
import { mediaRecords } from "../../components/cdn/media-move/records.ts";
import { mediaMoveProblems, mediaSwitchProblems } from "../../components/cdn/media-move/rules.ts";
import { mediaMoveSchema } from "../../components/cdn/media-move/settings.ts";
import { certificateHosts } from "../../src/certificate-sources.ts";
import { checkMediaSwitch } from "../../src/media-switch.ts";
import { parseSettings } from "../../src/settings.ts";
import { stackFile, withSecrets } from "../stacks.ts";

const [old, fresh] = ["media.social.example", "files.social.example"];
const dates = { announced: "2026-12-01", switchOn: "2026-12-08" };

const domains = (media: string) => ({
  local: "social.example",
  web: "social.example",
  assets: "assets.social.example",
  media,
});
const announced = (change = {}) => ({
  domains: domains(old),
  cdn: { kind: "spaces" as const, mediaMove: mediaMoveSchema.parse({ to: fresh, ...dates, ...change }) },
});
const switched = (change = {}) => ({
  domains: domains(fresh),
  cdn: { kind: "spaces" as const, mediaMove: mediaMoveSchema.parse({ from: old, ...dates, ...change }) },
});
const still = { domains: domains(old), cdn: { kind: "spaces" as const, mediaMove: undefined } };
const onCloudFront = <Given extends { cdn: object }>(given: Given) => ({
  ...given,
  cdn: { ...given.cdn, kind: "cloudfront" as const },
});

const lines = (problems: readonly { path: string; value?: unknown; message: string }[]) =>
  problems.map(({ path, value, message }) => `${path}: ${String(value)} ${message}`);

const previous = (since?: string, host = old) => ({
  media: {
    host,
    allowedHosts: [{ host: old, since: "2026-01-01" }, ...(since === undefined ? [] : [{ host: fresh, since }])],
  },
});

const record = (name: string, value: string, formerly?: string) => ({
  key: `media-${name}-social-example`,
  formerly,
  type: "CNAME",
  name,
  value,
});

describe("the settings of a media move", () => {
  it("name one other host and two dates", () => {
    expect(mediaMoveSchema.safeParse({ ...dates }).success).toBe(false);
    expect(mediaMoveSchema.safeParse({ to: fresh, from: old, ...dates }).success).toBe(false);
    expect(mediaMoveSchema.safeParse({ to: fresh, ...dates, switchOn: "8 December" }).success).toBe(false);
    expect(mediaMoveSchema.safeParse({ to: fresh, ...dates }).success).toBe(true);
  });

  it("may have dates without quotation marks, which Pulumi's YAML makes moments of", () => {
    const moments = { announced: "2026-12-01 00:00:00 +0000 UTC", switchOn: "2026-12-08 00:00:00 +0000 UTC" };
    expect(mediaMoveSchema.parse({ to: fresh, ...moments })).toMatchObject(dates);
    expect(mediaMoveSchema.safeParse({ to: fresh, ...dates, switchOn: "2026-12-08 10:00:00 +0000 UTC" }).success).toBe(
      false,
    );
  });

  it("are not needed without a move", () => {
    expect(mediaMoveProblems(still, "2026-12-01")).toEqual([]);
  });

  it("give browsers a week", () => {
    expect(mediaMoveProblems(announced(), "2026-12-01")).toEqual([]);
    expect(lines(mediaMoveProblems(announced({ switchOn: "2026-12-07" }), "2026-12-01"))).toEqual([
      "cdn.mediaMove.switchOn: 2026-12-07 must be 2026-12-08 or later: browsers keep the old policy for up to 7 days after the announcement of 2026-12-01",
    ]);
  });

  it("refuse the switch before its day, and say what to write until then", () => {
    expect(lines(mediaMoveProblems(switched(), "2026-12-07"))).toEqual([
      "domains.media: files.social.example may be used from 2026-12-08 on, and today is 2026-12-07 (UTC); until then set domains.media to media.social.example and cdn.mediaMove.to to files.social.example, in place of from",
    ]);
    expect(mediaMoveProblems(switched(), "2026-12-08")).toEqual([]);
  });

  it("refuse a host that is in use already", () => {
    expect(lines(mediaMoveProblems(announced({ to: old }), "2026-12-01"))[0]).toMatch(
      /^cdn.mediaMove.to: .* is domains.media already/,
    );
    expect(lines(mediaMoveProblems(switched({ from: fresh }), "2026-12-09"))[0]).toMatch(
      /^cdn.mediaMove.from: .* is domains.media;/,
    );
    expect(lines(mediaMoveProblems(announced({ to: "assets.social.example" }), "2026-12-01"))[0]).toContain(
      "is the host name of domains.assets",
    );
  });

  it("are reported with all other mistakes", () => {
    const cdn = { mediaTtl: 30, mediaMove: { to: fresh, announced: "2026-12-01", switchOn: "2026-12-02" } };
    const outside = { mediaMove: { to: "files.elsewhere.example", ...dates } };
    expect(() => parseSettings({ ...withSecrets(stackFile("prod")), cdn: { ...cdn, mediaTtl: 60 } })).toThrow(
      'mastodon:cdn.mediaMove.switchOn: "2026-12-02" must be 2026-12-08 or later',
    );
    expect(() => parseSettings({ ...withSecrets(stackFile("prod")), cdn })).toThrow(
      "take one of these, in seconds: 60, 600",
    );
    expect(() => parseSettings({ ...withSecrets(stackFile("prod")), cdn: outside })).toThrow(
      'mastodon:cdn.mediaMove.to: "files.elsewhere.example" is not in the zone social.example',
    );
  });
});

describe("a media move against the last update", () => {
  it("is nothing on a new stack, and on one whose host stays", () => {
    expect(mediaSwitchProblems(switched(), {}, "2026-12-01")).toEqual([]);
    expect(mediaSwitchProblems(still, previous(), "2026-12-01")).toEqual([]);
    expect(mediaSwitchProblems(announced(), previous(), "2026-12-01")).toEqual([]);
  });

  it("is refused without an announcement, with the lines to write", () => {
    const plain = { domains: domains(fresh), cdn: { kind: "spaces" as const, mediaMove: undefined } };
    const refusal = "cdn.mediaMove: { to: files.social.example, announced: 2026-12-20, switchOn: 2026-12-27 }";
    expect(lines(mediaSwitchProblems(plain, previous(), "2026-12-20"))[0]).toContain(refusal);
    expect(lines(mediaSwitchProblems(plain, { urls: { media: `https://${old}` } }, "2026-12-20"))[0]).toContain(
      refusal,
    );
  });

  it("is refused when another host than the last one is named as the old one", () => {
    expect(
      mediaSwitchProblems(switched({ from: "pictures.social.example" }), previous("2026-12-01"), "2026-12-20"),
    ).toHaveLength(1);
  });

  it("is refused when no update has announced it, whatever the settings claim", () => {
    expect(lines(mediaSwitchProblems(switched(), previous(), "2026-12-20"))[0]).toContain("was never announced");
    expect(lines(mediaSwitchProblems(switched(), previous("2026-12-15"), "2026-12-20"))[0]).toContain(
      "has been allowed since 2026-12-15 only, whatever cdn.mediaMove.announced says; switch on 2026-12-22 or later",
    );
  });

  it("is allowed once the announcement is a week old, and stays so in later runs", () => {
    expect(mediaSwitchProblems(switched(), previous("2026-12-01"), "2026-12-08")).toEqual([]);
    expect(mediaSwitchProblems(switched(), previous("2026-12-01", fresh), "2027-03-01")).toEqual([]);
  });

  it("may be made at once where nobody looks yet, but never by accident", () => {
    expect(mediaMoveProblems(switched({ atOnce: true }), "2026-12-01")).toEqual([]);
    expect(mediaSwitchProblems(switched({ atOnce: true }), previous(), "2026-12-01")).toEqual([]);
    expect(
      mediaSwitchProblems(switched({ atOnce: true, from: "other.social.example" }), previous(), "2026-12-01"),
    ).toHaveLength(1);
  });

  it("ends the program with one line, before anything is registered", () => {
    const raw = { ...withSecrets(stackFile("prod")), domains: { local: "social.example", media: fresh } };
    const settings = parseSettings(raw);
    expect(() => checkMediaSwitch(settings, previous(), new Date("2026-12-20T10:00:00Z"))).toThrow(
      'the settings have 1 mistake; nothing was changed:\n  mastodon:domains.media: "files.social.example" cannot replace media.social.example just like that',
    );
    expect(() => checkMediaSwitch(settings, {}, new Date("2026-12-20T10:00:00Z"))).not.toThrow();
  });
});

describe("the hosts of a media move", () => {
  it("are both allowed, before and after the switch, with their scheme", () => {
    expect(extraMediaHosts(still)).toEqual([]);
    expect(extraMediaHosts(announced())).toEqual([`https://${fresh}`]);
    expect(extraMediaHosts(switched())).toEqual([`https://${old}`]);
  });

  it("remember since when they are allowed", () => {
    const first = allowedHosts(still, undefined, "2026-11-01");
    const second = allowedHosts(announced(), first, "2026-12-01");
    const third = allowedHosts(switched(), second, "2026-12-09");
    expect(second).toEqual([
      { host: old, since: "2026-11-01" },
      { host: fresh, since: "2026-12-01" },
    ]);
    expect(third).toEqual([second[1], second[0]]);
  });

  it("are both served by CloudFront, and one after the other by Spaces' CDN, whose old host the edge answers for", () => {
    expect(servedMediaHosts(onCloudFront(switched()))).toEqual([fresh, old]);
    expect(redirectedMediaHost(onCloudFront(switched()))).toBeUndefined();
    expect(redirectedMediaHost(announced())).toBeUndefined();
    expect(redirectedMediaHost(switched())).toBe(old);
    const settings = parseSettings(withSecrets(stackFile("prod")));
    expect(certificateHosts("edge", { ...settings, cdn: { ...settings.cdn, ...switched().cdn } })).toContain(old);
    expect(certificateHosts("edge", settings)).not.toContain(old);
  });

  const zone = "social.example";
  const targets = { mediaCdn: "cdn.example." };
  const records = (settings: Parameters<typeof mediaRecords>[0]) =>
    mediaRecords(settings, zone, targets).map(({ key, formerly, type, name, value }) => ({
      key,
      formerly,
      type,
      name,
      value,
    }));
  it("have records that lead to the CDN, and afterwards from the old host to the edge", () => {
    expect(records(still)).toEqual([record("media", "cdn.example.", "media")]);
    expect(records(announced())).toEqual([record("media", "cdn.example.", "media")]);
    expect(records(switched())).toEqual([record("files", "cdn.example."), record("media", "social.example.", "media")]);
  });

  it("change no record at the switch where CloudFront serves both", () => {
    const byKey = (list: ReturnType<typeof records>) => list.toSorted((one, other) => (one.key < other.key ? -1 : 1));
    expect(byKey(records(onCloudFront(switched())))).toEqual(byKey(records(onCloudFront(announced()))));
    expect(records(onCloudFront(announced()))).toHaveLength(2);
  });
});
