// Every queue is served, and exactly one process schedules.
import { array, assert, constantFrom, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { assertEveryQueueServed, queueProblems, queues } from "../../components/mastodon/rules/queues.ts";
import { assertSingleScheduler, schedulerProblems } from "../../components/mastodon/rules/scheduler.ts";
import { mastodonSettings } from "../support/mastodon-inputs.ts";

const group = (queueList: string[], replicas = 1) => ({ queues: queueList, replicas });
const whole = { all: group(queues.filter((queue) => queue !== "scheduler")), clock: group(["scheduler"]) };
const check = (groups: Record<string, ReturnType<typeof group>>, servedElsewhere: string[] = []) => ({
  groups,
  servedElsewhere,
});
const messages = (sidekiq: ReturnType<typeof check>) => queueProblems(sidekiq).map(({ message }) => message);

test("accepts the default groups, which serve all seven queues", () => {
  const { sidekiq } = mastodonSettings();
  expect(() => assertEveryQueueServed(sidekiq)).not.toThrow();
  expect(() => assertSingleScheduler(sidekiq)).not.toThrow();
});

describe("queues", () => {
  test("refuses a queue that nobody serves", () => {
    const groups = { ...whole, all: group(whole.all.queues.filter((queue) => queue !== "fasp")) };
    expect(messages(check(groups))).toEqual([expect.stringContaining("no group serves the queue fasp")]);
    expect(() => assertEveryQueueServed(check(groups))).toThrow("fasp");
  });

  test("accepts a queue that workers outside the cluster serve", () => {
    const groups = { ...whole, all: group(whole.all.queues.filter((queue) => queue !== "fasp")) };
    expect(messages(check(groups, ["fasp"]))).toEqual([]);
  });

  test("refuses a queue that Mastodon does not have", () => {
    expect(messages(check({ ...whole, more: group(["pushh"]) }))).toEqual([
      expect.stringContaining("is no queue of Mastodon"),
    ]);
    expect(messages(check(whole, ["pushh"]))).toEqual([expect.stringContaining("is no queue of Mastodon")]);
  });

  test("refuses a queue twice in one group", () => {
    const groups = { ...whole, all: group([...whole.all.queues, "push"]) };
    expect(messages(check(groups))).toEqual([expect.stringContaining("lists the queue push twice")]);
  });

  test("refuses a queue in two groups, unless each gives it a weight", () => {
    expect(messages(check({ ...whole, more: group(["push,2"]) }))).toEqual([
      expect.stringContaining("push is in the groups"),
    ]);
    const weighted = { ...whole, all: group(whole.all.queues.map((queue) => `${queue},1`)), more: group(["push,2"]) };
    expect(messages(check(weighted))).toEqual([]);
  });

  test("refuses weights for some queues of a group only", () => {
    const [first, ...others] = whole.all.queues;
    const groups = { ...whole, all: group([`${first},8`, ...others]) };
    expect(messages(check(groups))).toEqual([expect.stringContaining("gives some queues a weight and others none")]);
  });

  test("accepts every way to deal the queues out, and misses each queue that is taken away", () => {
    const dealt = array(nat(3), { minLength: queues.length, maxLength: queues.length });
    assert(
      property(dealt, constantFrom(...queues), (owners, lost) => {
        const groups: Record<string, ReturnType<typeof group>> = {};
        queues.forEach((queue, index) => (groups[`g${owners[index]}`] ??= group([])).queues.push(queue));
        expect(queueProblems(check(groups))).toEqual([]);
        for (const one of Object.values(groups)) one.queues = one.queues.filter((queue) => queue !== lost);
        expect(queueProblems(check(groups)).map(({ value }) => value)).toEqual([lost]);
      }),
    );
  });
});

describe("the scheduler", () => {
  test("refuses a second one in another group", () => {
    const groups = { ...whole, second: group(["scheduler"]) };
    expect(schedulerProblems(check(groups))).toMatchObject([{ path: "groups", value: ["clock", "second"] }]);
    expect(() => assertSingleScheduler(check(groups))).toThrow("2 groups serve the queue scheduler");
  });

  test("refuses a second replica", () => {
    const groups = { ...whole, clock: group(["scheduler,1"], 2) };
    expect(schedulerProblems(check(groups))).toMatchObject([{ path: "groups.clock.replicas", value: 2 }]);
    expect(() => assertSingleScheduler(check(groups))).toThrow("sidekiq.groups.clock.replicas: must be 1");
  });

  test("refuses one outside the cluster", () => {
    expect(() => assertSingleScheduler(check(whole, ["scheduler"]))).toThrow("sidekiq.servedElsewhere");
  });

  test("refuses none at all", () => {
    expect(() => assertSingleScheduler(check({ all: whole.all }))).toThrow("no group serves the queue scheduler");
  });
});
