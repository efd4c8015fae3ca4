import { describe, expect, it } from "vitest";
import { publishPolicy, sendPolicy } from "../../components/mail/documents.ts";
import { mailAlarms, reputationLimits } from "../../components/mail/limits.ts";
import { mailers, mailerThreads } from "../../components/mail/mailers.ts";
import { mailSettingsSchema } from "../../components/mail/settings.ts";
import { sesSmtpPassword } from "../../components/mail/smtp-password.ts";
import { assertMailersWithinQuota } from "../../src/rules/mail.ts";
import { parseSettings } from "../../src/settings.ts";
import type { Settings } from "../../src/settings-schema.ts";
import { fixedStack, stackFile, stackNames, withSecrets } from "../stacks.ts";

const settingsOf = (raw: Record<string, unknown>): Settings => parseSettings(withSecrets({ ...fixedStack(), ...raw }));

describe("the SMTP password", () => {
  it.each([
    // AWS's example key; tests/Ses/SesClientTest.php of aws-sdk-php, which gives the Developer Guide's sample code as its source.
    ["us-east-2", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"],
    // internal/service/iam/access_key_test.go of terraform-provider-aws.
    ["eu-central-1", "some+secret+key", "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"],
    ["us-west-1", "another+secret+key", "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF"],
  ])("is the one that AWS derives in %s", (region, secret, password) => {
    expect(sesSmtpPassword(secret, region)).toBe(password);
  });
});

describe("policies of mail", () => {
  it("let the login send as the domain only", () => {
    const [statement] = sendPolicy("social.example", ["identity", "set"]).Statement;
    expect(statement).toMatchObject({
      Action: "ses:SendRawEmail",
      Resource: ["identity", "set"],
      Condition: { StringLike: { "ses:FromAddress": "*@social.example" } },
    });
  });

  it("let a service publish for the topic's own account only", () => {
    const policy = publishPolicy("arn:aws:sns:ca-central-1:123456789012:social-mail-bounces", {
      service: "ses.amazonaws.com",
      source: "arn:set",
    });
    expect(policy.Statement[0]).toMatchObject({
      Principal: { Service: "ses.amazonaws.com" },
      Condition: { StringEquals: { "AWS:SourceAccount": "123456789012", "AWS:SourceArn": "arn:set" } },
    });
  });
});

describe("alarms on mail", () => {
  const alarms = mailAlarms(mailSettingsSchema.parse({}));
  const threshold = (key: string) => alarms.find((alarm) => alarm.key === key)?.threshold;

  it("ring before Amazon reviews and before it pauses", () => {
    expect(threshold("bounce-rate")).toBeLessThan(reputationLimits.bounce.review / 100);
    expect(threshold("bounce-pause")).toBeLessThan(reputationLimits.bounce.pause / 100);
    expect(threshold("complaint-rate")).toBeLessThan(reputationLimits.complaint.review / 100);
    expect(threshold("complaint-pause")).toBeLessThan(reputationLimits.complaint.pause / 100);
  });

  it("turn percent into the parts of one that CloudWatch counts in", () => {
    expect(threshold("bounce-rate")).toBe(0.04);
    expect(threshold("complaint-rate")).toBe(0.0008);
  });

  it("ring when most of a day's mail is sent", () => {
    expect(threshold("quota")).toBe(40_000);
    const sandbox = mailSettingsSchema.parse({ quota: { perSecond: 1, perDay: 200 } });
    expect(mailAlarms(sandbox).at(-1)).toMatchObject({ metricName: "Send", statistic: "Sum", threshold: 160 });
  });

  it("may not be set above the rate at which Amazon acts", () => {
    expect(() => settingsOf({ mail: { alarms: { bouncePercent: 6 } } })).toThrow(
      /mail\.alarms\.bouncePercent: 6 must be at most 5: from there Amazon reviews the account, and pauses it at 10/,
    );
    expect(mailSettingsSchema.safeParse({ alarms: { complaintPercent: 0.1 } }).success).toBe(true);
    expect(mailSettingsSchema.safeParse({ alarms: { complaintPercent: 0.11 } }).success).toBe(false);
  });
});

describe("those who send mail", () => {
  const group = { replicas: 2, threads: 5, resources: { cpu: "1", memory: "1Gi", memoryLimit: "1Gi" } };

  it("are the groups and workers that serve the queue, with the most pods that may run", () => {
    const found = mailers(
      {
        groups: {
          mailers: { ...group, queues: ["mailers"] },
          mixed: { ...group, queues: ["default,8", "mailers,2"], maxReplicas: 3 },
          pull: { ...group, queues: ["pull"] },
        },
      },
      { near: { queues: ["mailers", "pull"], threads: 4 }, far: { queues: ["pull"], threads: 25 } },
    );
    expect(found.map(({ path, pods, threads }) => [path, pods, threads])).toEqual([
      ["mastodon.sidekiq.groups.mailers", 2, 5],
      ["mastodon.sidekiq.groups.mixed", 3, 5],
      ["workers.near", 1, 4],
    ]);
    expect(mailerThreads(found)).toBe(29);
  });

  it.each(stackNames)("fit the quota in the stack %s", (stack) => {
    expect(assertMailersWithinQuota(parseSettings(withSecrets(stackFile(stack))))).toEqual([]);
  });

  it("may have as many threads as messages a second, and not one more", () => {
    expect(assertMailersWithinQuota(settingsOf({ mail: { quota: { perSecond: 5 } } }))).toEqual([]);
    expect(() => settingsOf({ mail: { quota: { perSecond: 4 } } })).toThrow(
      "mastodon:mail.quota.perSecond: 4 is less than the 5 threads that may send mail at the same time " +
        "(mastodon.sidekiq.groups.mailers 1 x 5 = 5); serve the queue mailers with fewer threads or pods",
    );
  });

  it("count outside the cluster too", () => {
    const workers = { outside: { queues: ["mailers"], threads: 10 } };
    expect(() => settingsOf({ workers })).toThrow(/14 is less than the 15 threads .*workers\.outside 1 x 10 = 10/);
  });
});
