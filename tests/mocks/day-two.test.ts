// Jobs beside the server and the escrow bundle, as the whole program registers them: on, off, and never a secret where it can be read.
import { generateIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, it } from "vitest";
import { type Recorded, type Recording, recordProgram } from "../../src/dump/record.ts";
import { directConsumers } from "../../src/plans/connections/consumers.ts";
import { podsOf } from "../../src/plans/capacity/pods.ts";
import { parseSettings, SettingsError } from "../../src/settings.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { fixedStack, withSecrets } from "../stacks.ts";

const prod = (changes: Readonly<Record<string, unknown>>): RawSettings => withSecrets({ ...fixedStack(), ...changes });
const database = {
  postgresql: { size: "db-s-6vcpu-16gb", nodes: 2 },
  opensearch: { size: "db-s-2vcpu-4gb", nodes: 1 },
};
const dayTwo = {
  admin: { username: "alice", email: "alice@social.example" },
  cleanUp: { media: { enabled: true }, orphans: { enabled: true } },
  mailDomains: { lists: ["https://lists.example/domains.txt"] },
  commands: { feeds: { run: "feeds build --concurrency 2", connections: 3 } },
};
const below = ({ registrations }: Recording, component: string): Recorded[] =>
  registrations.filter(({ custom, parents }) => custom && parents.some((parent) => parent === component));
const dayTwoOf = (recording: Recording): Recorded[] => below(recording, "mastodon:mastodon:DayTwo");

const escrowOf = (recording: Recording): Recorded[] => below(recording, "mastodon:escrow:Escrow");

/** Physical names and ignored changes of the Jobs, by what they are for. */
const jobsOf = (recording: Recording) =>
  Object.fromEntries(
    dayTwoOf(recording)
      .filter(({ type }) => type.endsWith(":Job"))
      .map(({ name, inputs, options }) => [
        name.replace(/-[0-9a-f]{8}$/, ""),
        { physical: Reflect.get(Object(inputs["metadata"]), "name"), ignored: options.ignoreChanges ?? [] },
      ]),
  );

const connectionsOf = (changes: object): number =>
  directConsumers(parseSettings(prod({ database, ...changes }))).reduce((sum, one) => sum + one.connections, 0);

const withJobs = (cleanUp: object) => connectionsOf({ dayTwo: { searchIndex: { enabled: false }, cleanUp } });

describe("jobs beside the server", () => {
  let on: Recording;
  let off: Recording;
  beforeAll(async () => {
    on = await recordProgram(prod({ dayTwo, database }), "prod");
    off = await recordProgram(prod({}), "prod");
  });

  it("are not there unless they are wanted", () => {
    expect(off.registrations.filter(({ name }) => name.includes("day-two"))).toEqual([]);
    expect(JSON.stringify(off.outputs["workloads"])).not.toContain("CronJob");
  });

  it("are registered with an account, a policy and their scripts", () => {
    const names = dayTwoOf(on).map(
      ({ type, name }) => `${type.split(":").at(-1)} ${name.replace(/-[0-9a-f]{8}$/, "-#")}`,
    );
    expect(names).toEqual([
      "CronJob day-two-clean-up-media",
      "CronJob day-two-clean-up-orphans",
      "CronJob day-two-mail-domains",
      "Job day-two-first-admin-#",
      "Job day-two-search-index",
      "Job day-two-tootctl-feeds-#",
      "ConfigMap day-two-scripts",
      ...["clean-up", "first-admin", "mail-domains", "search-index", "tootctl"].map(
        (role) => `ServiceAccount day-two-${role}`,
      ),
      ...["clean-up", "first-admin", "mail-domains", "search-index", "tootctl"].map(
        (role) => `NetworkPolicy day-two-${role}-policy`,
      ),
    ]);
  });

  it("that run once are named by what they do, and are left alone by a new version", async () => {
    const later = await recordProgram(prod({ dayTwo, database, mastodon: { version: "4.6.9" } }), "prod");
    const [before, after] = [jobsOf(on), jobsOf(later)];
    for (const name of ["day-two-first-admin", "day-two-tootctl-feeds"]) {
      expect(after[name]).toEqual(before[name]);
      expect(after[name]?.ignored).toEqual(["spec"]);
    }
    expect(after["day-two-search-index"]?.physical).not.toEqual(before["day-two-search-index"]?.physical);
  });

  it("that may take long do not hold up the update", () => {
    const waits = dayTwoOf(on)
      .filter(({ type }) => type.endsWith(":Job"))
      .map(({ name, inputs }) => [
        name.replace(/-[0-9a-f]{8}$/, ""),
        JSON.stringify(inputs["metadata"]).includes("skipAwait"),
      ]);
    expect(Object.fromEntries(waits)).toEqual({
      "day-two-first-admin": false,
      "day-two-search-index": true,
      "day-two-tootctl-feeds": true,
    });
  });

  it("hold no secret of their own", () => {
    expect(JSON.stringify(dayTwoOf(on))).not.toContain("[secret]");
  });

  it("are in the list of what runs", () => {
    expect(on.outputs["workloads"]).toEqual(
      expect.arrayContaining([
        { namespace: "mastodon", name: "clean-up-media", kind: "CronJob", process: "clean-up", replicas: 1 },
        expect.objectContaining({ name: expect.stringMatching(/^first-admin-[0-9a-f]{8}$/), kind: "Job" }),
      ]),
    );
  });

  it("are counted among pods and connections", () => {
    const settings = parseSettings(prod({ dayTwo, database }));
    const names = Object.keys(settings.kubernetes.pools).flatMap((pool) =>
      podsOf(pool, settings).map(({ name }) => name),
    );
    const jobs = ["first-admin", "search-index", "clean-up-media", "clean-up-orphans", "mail-domains", "tootctl-feeds"];
    expect(names).toEqual(expect.arrayContaining(jobs));
    expect(directConsumers(settings)).toEqual(
      expect.arrayContaining([
        { name: "first-admin", connections: 2 },
        { name: "clean-up-media", connections: 3 },
        { name: "tootctl-feeds", connections: 3 },
      ]),
    );
  });

  it("are planned with what the copying of the boot cache asks for, where that is more", () => {
    const settings = parseSettings(
      prod({ database, dayTwo: { ...dayTwo, resources: { cpu: "50m", memory: "32Mi", memoryLimit: "1Gi" } } }),
    );
    const [job] = Object.keys(settings.kubernetes.pools).flatMap((pool) =>
      podsOf(pool, settings).filter(({ name }) => name === "mail-domains"),
    );
    expect(job).toMatchObject({ millicores: 100, memoryMib: 64, atRest: 0, atPeak: 1 });
  });

  it("take their connections from those of tootctl by hand, as far as these go", () => {
    expect(withJobs({})).toBe(10);
    expect(withJobs({ media: { enabled: true } })).toBe(10);
    expect(withJobs({ media: { enabled: true }, profiles: { enabled: true } })).toBe(10);
    expect(withJobs({ media: { enabled: true }, profiles: { enabled: true }, orphans: { enabled: true } })).toBe(11);
  });

  it("are refused where the database has no connections left for them", () => {
    const many = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`job${index}`, { run: "cache clear", connections: 20 }]),
    );
    expect(() => parseSettings(prod({ dayTwo: { commands: many } }))).toThrow(SettingsError);
    expect(() => parseSettings(prod({ dayTwo: { commands: many } }))).toThrow(/allows \d+ connections/);
  });
});

describe("the escrow bundle", () => {
  it("is one private, closed object in the backups bucket, which is never removed", async () => {
    const recipient = await identityToRecipient(await generateIdentity());
    const recording = await recordProgram(prod({ escrow: { recipients: [recipient] } }), "prod");
    const [bundle, ...more] = escrowOf(recording);
    expect(more).toEqual([]);
    expect(bundle).toMatchObject({
      name: "escrow-bundle",
      inputs: {
        acl: "private",
        bucket: "social-example-backups",
        content: "[secret]",
        contentType: "application/age",
        key: expect.stringMatching(/^escrow\/mastodon-[0-9a-f]{12}\.age$/),
        metadata: { fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) },
        region: "sfo3",
      },
      options: { retainOnDelete: true },
    });
    expect(recording.outputs["backups"]).toEqual({
      escrow: { bucket: "social-example-backups", key: bundle?.inputs["key"] },
    });
    expect(recording.secretOutputs).toEqual(["kubeconfig"]);
  });

  it("is not there without recipients", async () => {
    const recording = await recordProgram(prod({ escrow: { recipients: [] }, backups: { enabled: false } }), "prod");
    expect(escrowOf(recording)).toEqual([]);
    expect(recording.outputs["backups"]).toEqual({});
  });

  it("is closed to the same text in two dumps, so that they can be compared", async () => {
    const recipient = await identityToRecipient(await generateIdentity());
    const dumps = await Promise.all(
      [0, 1].map(async () => (await recordProgram(prod({ escrow: { recipients: [recipient] } }), "prod")).requests),
    );
    expect(JSON.stringify(dumps[1])).toBe(JSON.stringify(dumps[0]));
  });
});
