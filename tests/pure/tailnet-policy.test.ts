import { describe, expect, it } from "vitest";
import { intentMatrix, tags } from "../../components/tailnet/intents.ts";
import { policyText, tailnetPolicy } from "../../components/tailnet/policy.ts";

const settings = { name: "-", operators: ["bea@social.example", "al@social.example"], observers: [] };
const policy = tailnetPolicy(settings, intentMatrix(settings));

describe("the tailnet policy", () => {
  it("has grants and no acls: with neither, Tailscale would allow everything", () => {
    expect(policy.grants.length).toBeGreaterThan(0);
    expect(policy).not.toHaveProperty("acls");
  });

  it("names no wildcard", () => expect(policyText(policy)).not.toContain('"*"'));

  it("names an owner for each tag", () => {
    const used = policyText(policy).match(/tag:[a-z]+/g) ?? [];
    expect(Object.keys(policy.tagOwners).toSorted()).toEqual([...new Set(used)].toSorted());
  });

  it("lets workers reach the pool and Valkey through the gateway, and nothing else", () => {
    const reach = policy.grants.filter(({ src }) => src.includes(tags.worker));
    expect(reach).toEqual([
      { src: [tags.worker], dst: [tags.gateway], ip: ["tcp:6432"] },
      { src: [tags.worker], dst: [tags.gateway], ip: ["tcp:6379"] },
    ]);
  });

  it("lets operators, and nobody else, on to workers: their ssh rule alone opens no port", () => {
    const logins = policy.grants.filter(({ ip }) => ip.includes("tcp:22"));
    expect(logins).toEqual([{ src: ["group:operators"], dst: [tags.worker], ip: ["tcp:22"] }]);
    for (const { src, dst } of policy.ssh)
      expect(logins).toContainEqual(expect.objectContaining({ src: [...src], dst: [...dst] }));
    for (const { src, accept = [], deny = [] } of policy.tests)
      expect(src === "group:operators" ? accept : deny).toContain("tag:worker:22");
  });

  it("tests that CI reaches the API server, but no database and no machine's ssh", () => {
    const test = policy.tests.find(({ src }) => src === tags.ci);
    expect(test?.accept).toEqual(["tag:kubernetes:443"]);
    expect(test?.deny).toEqual(
      expect.arrayContaining(["tag:gateway:5432", "tag:gateway:6432", "tag:gateway:6379", "tag:worker:22"]),
    );
  });

  it("tests each subject against each service", () => {
    for (const { accept = [], deny = [] } of policy.tests) expect(accept.length + deny.length).toBe(8);
  });

  it("allows ssh only after a fresh login and never as root", () => {
    expect(policy.ssh).toEqual([expect.objectContaining({ action: "check", users: ["autogroup:nonroot"] })]);
  });

  it("leaves out a group without members, and tests one with members", () => {
    expect(policy.groups).toEqual({ "group:operators": ["al@social.example", "bea@social.example"] });
    const watched = { ...settings, observers: ["cy@social.example"] };
    const { groups, tests } = tailnetPolicy(watched, intentMatrix(watched));
    expect(Object.keys(groups)).toEqual(["group:operators", "group:observers"]);
    expect(tests.find(({ src }) => src === "group:observers")?.accept).toBeUndefined();
  });
});
