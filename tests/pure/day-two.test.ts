// Jobs beside the running server: which there are, what they may do and reach, and which settings are refused.
import { describe, expect, it } from "vitest";
import { commandProblem } from "../../components/mastodon/day-two/commands.ts";
import { type DayTwoJob, dayTwoJobs } from "../../components/mastodon/day-two/jobs.ts";
import { cronJobSpec, jobSpec } from "../../components/mastodon/day-two/pod.ts";
import { dayTwoPolicy } from "../../components/mastodon/day-two/policies.ts";
import { dayTwoSettingsSchema } from "../../components/mastodon/day-two/settings.ts";
import { readPod, readTemplate } from "../support/pod-shape.ts";

const everything = {
  admin: { username: "alice", email: "alice@social.example" },
  cleanUp: {
    media: { enabled: true },
    profiles: { enabled: true },
    previewCards: { enabled: true },
    statuses: { enabled: true },
    orphans: { enabled: true },
  },
  mailDomains: { lists: ["https://lists.example/domains.txt"], never: ["friends.example"] },
  commands: { feeds: { run: "feeds build --concurrency 2", connections: 3 } },
};
const jobsOf = (given: object, searching = true): DayTwoJob[] =>
  dayTwoJobs({ settings: dayTwoSettingsSchema.parse(given), searching, domains: ["social.example"] });
const jobCalled = (name: string, given: object = everything): DayTwoJob => {
  const job = jobsOf(given).find((one) => one.name === name);
  if (job === undefined) throw new Error(`there is no job ${name}`);
  return job;
};
const plan = {
  image: "ghcr.io/mastodon/mastodon:v4.6.8",
  placement: { nodeSelector: { pool: "sidekiq" }, tolerations: [] },
  resources: { cpu: "100m", memory: "512Mi", memoryLimit: "1Gi" },
};

describe("jobs", () => {
  it("are none by default, but for the index of a search", () => {
    expect(jobsOf({}, false)).toEqual([]);
    expect(jobsOf({}).map(({ name }) => name)).toEqual(["search-index"]);
    expect(jobsOf({ searchIndex: { enabled: false } })).toEqual([]);
  });

  it("are there one by one as they are switched on", () => {
    expect(jobsOf(everything).map(({ name }) => name)).toEqual([
      "first-admin",
      "search-index",
      "clean-up-media",
      "clean-up-profiles",
      "clean-up-preview-cards",
      "clean-up-statuses",
      "clean-up-orphans",
      "mail-domains",
      "tootctl-feeds",
    ]);
  });

  it.each([
    ["clean-up-media", "media remove --days 30 --concurrency 2 --keep-interacted"],
    ["clean-up-profiles", "media remove --prune-profiles --days 90 --concurrency 2"],
    ["clean-up-preview-cards", "preview_cards remove --days 180 --concurrency 2"],
    ["clean-up-statuses", "statuses remove --days 180"],
    ["clean-up-orphans", "media remove-orphans"],
    ["tootctl-feeds", "feeds build --concurrency 2"],
  ])("%s run %s", (name, command) => {
    expect(jobCalled(name).args.join(" ")).toBe(`bin/tootctl ${command}`);
  });

  it("open as many connections as they have threads, and one", () => {
    const threads = jobsOf(
      { cleanUp: { media: { enabled: true }, orphans: { enabled: true }, concurrency: 4 } },
      false,
    );
    expect(threads.map(({ connections }) => connections)).toEqual([5, 1]);
  });

  it("never block the server's own mail domain, the operator's choice, or a large provider", () => {
    const never = jobCalled("mail-domains").variables?.["NEVER"]?.split(" ");
    expect(never).toEqual(expect.arrayContaining(["social.example", "friends.example", "gmail.com"]));
  });
});

describe("their pods", () => {
  it.each(jobsOf(everything).map((job) => [job.name, job] as const))("%s are restricted", (_, job) => {
    const spec = jobSpec(job, plan);
    const pod = readPod(readTemplate(spec).spec);
    expect(pod).toMatchObject({
      serviceAccountName: job.role,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: "Never",
      securityContext: { runAsNonRoot: true, runAsUser: 991, seccompProfile: { type: "RuntimeDefault" } },
      nodeSelector: { pool: "sidekiq" },
    });
    for (const container of [...pod.containers, ...pod.initContainers])
      expect(container["securityContext"]).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    expect(pod.containers[0]["envFrom"]).toEqual([
      { configMapRef: { name: "jobs-environment" } },
      { secretRef: { name: "jobs-environment" } },
    ]);
    expect(spec.activeDeadlineSeconds).toBeGreaterThan(0);
  });

  it("run behind the image's own init, and scripts from where they are mounted", () => {
    const [container] = readTemplate(jobSpec(jobCalled("first-admin"), plan)).spec.containers;
    expect(container).not.toHaveProperty("command");
    expect(container.args).toEqual(["bin/rails", "runner", "/scripts/first-admin.rb"]);
    expect(container.volumeMounts).toContainEqual({ mountPath: "/scripts", readOnly: true });
    expect(JSON.stringify(jobSpec(jobCalled("clean-up-media"), plan))).not.toContain("/scripts");
  });

  it("that come again never meet themselves, end, and leave few behind", () => {
    expect(cronJobSpec(jobCalled("clean-up-media"), "17 7 * * 0", "America/Toronto", plan)).toMatchObject({
      schedule: "17 7 * * 0",
      timeZone: "America/Toronto",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
      jobTemplate: { spec: { activeDeadlineSeconds: 23 * 3600, backoffLimit: 0 } },
    });
  });
});

describe("their network policies", () => {
  const flows = { vpc: "10.116.0.0/20", directPort: 25060, valkeyPorts: [25061], searchPorts: [25063] };
  const portsOf = (role: DayTwoJob["role"]): string[] =>
    JSON.stringify(dayTwoPolicy(role, flows).egress)
      .match(/"port":\d+/g)
      ?.map((port) => port.slice(7))
      .toSorted() ?? [];

  it("let nobody in, and each kind out only to what it needs", () => {
    for (const role of ["first-admin", "search-index", "clean-up", "mail-domains", "tootctl"] as const)
      expect(dayTwoPolicy(role, flows)).toMatchObject({ policyTypes: ["Ingress", "Egress"], ingress: [] });
    const stores = ["25060", "25061"];
    expect(portsOf("first-admin")).toEqual([...stores, "53", "53"].toSorted());
    expect(portsOf("search-index")).toEqual([...stores, "25063", "53", "53"].toSorted());
    expect(portsOf("clean-up")).toEqual([...stores, "25063", "443", "53", "53"].toSorted());
    expect(portsOf("mail-domains")).toEqual([...stores, "443", "53", "53"].toSorted());
    expect(portsOf("tootctl")).toEqual([...stores, "25063", "443", "53", "53", "80"].toSorted());
  });
});

const problems = (given: object): string[] =>
  (dayTwoSettingsSchema.safeParse(given).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")} ${message}`,
  );
const atTime = (schedule: string) => problems({ cleanUp: { media: { schedule } } });

describe("settings", () => {
  it.each(["17 6 * * 0", "0 0 1,15 * *", "5 4 * * SUN", "30 3 * * 1-5", "0 5 1 1 *"])(
    "take the time %s",
    (schedule) => {
      expect(atTime(schedule)).toEqual([]);
    },
  );

  it.each([
    ["17 6 * *", "must be minute hour day month weekday"],
    ["0 17 6 * * 0", "must be minute hour day month weekday"],
    ["@daily", "must be minute hour day month weekday"],
    ["0 5 * * 7", "must be minute hour day month weekday"],
    ["0 5 L * *", "must be minute hour day month weekday"],
    ["0 24 * * *", "too large"],
    ["0 5-3 * * *", "from a larger to a smaller"],
    ["0 5 30 2 *", "never comes"],
    ["*/5 * * * *", "comes again after"],
    ["0 */12 * * *", "comes again after 12 hours; it must leave 20 hours"],
  ])("refuse the time %s", (schedule, message) => {
    expect(atTime(schedule)).toEqual([expect.stringContaining(message)]);
  });

  it.each(["EST5", "america/toronto", "+01:00", "Mars/Phobos"])("refuse the time zone %s", (timeZone) => {
    expect(problems({ timeZone })).toEqual([expect.stringContaining("time zone of the tz database")]);
  });

  it("take names of time zones", () => {
    expect(problems({ timeZone: "America/Toronto" })).toEqual([]);
  });

  it.each([
    [{ admin: { username: "Alice!", email: "alice@social.example" } }, "admin.username must be 1 to 30"],
    [{ admin: { username: "alice", email: "nobody" } }, "admin.email must be a mail address"],
    [{ admin: { username: "alice", email: "a@b.example", password: "x" } }, "Unrecognized key"],
    [{ cleanUp: { previewCards: { days: 7 } } }, "cleanUp.previewCards.days"],
    [{ mailDomains: { lists: [] } }, "must name at least one list"],
    [{ mailDomains: { lists: ["http://lists.example/a"] } }, "must be an address that begins with https://"],
    [{ mailDomains: { lists: ["https://lists.example/a"], fewest: 9, most: 9 } }, "must be less than most"],
    [{ commands: { Feeds: { run: "feeds build" } } }, "commands.Feeds"],
  ])("refuse %j", (given, message) => {
    expect(problems(given).join("\n")).toContain(message);
  });

  it.each([
    ["accounts create alice --email a@b.example", "prints a password into the log"],
    ["accounts modify alice --reset-password", "prints a password into the log"],
    ["accounts modify alice --reset_password", "prints a password into the log"],
    ["self-destruct", "ends the server for ever"],
    ["search deploy", "dayTwo.searchIndex"],
    ["tootctl cache clear", "without that word"],
    ["cache clear; env", "no quotation marks"],
    ["cache  clear", "single spaces"],
  ])("refuse the command %s", (run, message) => {
    expect(commandProblem(run)).toContain(message);
    expect(problems({ commands: { one: { run } } })).toHaveLength(1);
  });

  it.each(["cache clear", "feeds build --concurrency 2", "accounts modify alice --role Moderator", "emoji purge"])(
    "take the command %s",
    (run) => expect(commandProblem(run)).toBeUndefined(),
  );
});

const given = (settings: object) => dayTwoSettingsSchema.safeParse(settings);

describe("settings of commands and lists", () => {
  it.each([
    ["feeds build --concurrency 8", 6, 9],
    ["cache clear", 1, undefined],
    ["feeds build --concurrency=5", 6, undefined],
  ])("count the connections of %s with %i planned", (run, connections, needed) => {
    const messages = given({ commands: { one: { run, connections } } }).error?.issues.map(({ message }) => message);
    expect(messages).toEqual(needed && [expect.stringContaining(`must be at least ${needed}`)]);
  });

  it("refuse a list's address with a login in it", () => {
    expect(given({ mailDomains: { lists: ["https://me:word@lists.example/all"] } }).success).toBe(false);
    expect(given({ mailDomains: { lists: ["https://lists.example/@me/all"] } }).success).toBe(true);
  });
});
