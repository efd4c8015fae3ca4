import { describe, expect, it } from "vitest";
import { databaseSettingsSchema } from "../../components/database/settings.ts";
import { changedProd, mistakesIn } from "../support/mistakes.ts";

describe("a setting of a wrong kind or size", () => {
  it.each([
    [{ name: 12 }, "mastodon:name: 12 must be a text; put it in quotation marks"],
    [{ network: "tor1" }, 'mastodon:network: "tor1" must be a group of settings, each on a line of its own'],
    [{ unprotect: "media-bucket" }, 'mastodon:unprotect: "media-bucket" must be a list'],
    [{ kubernetes: { ha: "yes" } }, 'mastodon:kubernetes.ha: "yes" must be true or false, without quotation marks'],
    [{ mastodon: { web: { replicas: 0 } } }, "mastodon:mastodon.web.replicas: 0 must be at least 2"],
    [{ mastodon: { web: { replicas: 2.5 } } }, "mastodon:mastodon.web.replicas: 2.5 must be a whole number"],
    [{ account: { dropletLimit: 10_001 } }, "mastodon:account.dropletLimit: 10001 must be at most 10000"],
    [{ tailnet: undefined }, "mastodon:tailnet: is missing: must be a group of settings"],
  ])("%j is refused in plain words", (subjects, line) => {
    expect(mistakesIn(changedProd(subjects)).join("\n")).toContain(line);
  });
});

describe("a Valkey instance of which one thing is set", () => {
  it("keeps the standby and the size that it has by default", () => {
    const maintenance = { day: "monday" };
    const { queue, cache } = databaseSettingsSchema.parse({
      valkey: { queue: { maintenance }, cache: { maintenance } },
    }).valkey;
    expect(queue).toMatchObject({ nodes: 2, size: "db-s-1vcpu-2gb" });
    expect(cache).toMatchObject({ nodes: 1, size: "db-s-1vcpu-1gb" });
  });
});
