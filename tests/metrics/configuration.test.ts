// Prometheus and Alertmanager take their configurations, and alerts go where they should.
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type AlertmanagerOptions, alertmanagerConfiguration } from "../../components/metrics/alertmanager.ts";
import { prometheusConfiguration } from "../../components/metrics/scrape.ts";
import { amtool, promtool } from "../support/promtool.ts";

const scrape = prometheusConfiguration({
  namespace: "mastodon",
  seconds: 30,
  retentionDays: 30,
  retentionMib: 8000,
  prometheusPort: 9090,
  alertmanager: "alertmanager:9093",
});

const options: AlertmanagerOptions = {
  emails: ["ops@social.example", "night@social.example"],
  mail: {
    host: "email-smtp.ca-central-1.amazonaws.com",
    port: 2587,
    user: "mail-login",
    from: "alerts@social.example",
  },
  slack: [{ name: "operators", channel: "#operators" }],
  heartbeat: true,
};

describe("Prometheus", () => {
  test("takes the configuration", async () => {
    const answer = await promtool({ "p.yml": scrape }, "check", "config", "--syntax-only", "--lint=all", "p.yml");
    expect(answer.output).toContain("SUCCESS");
    expect(answer.ok).toBe(true);
  });

  test("refuses a broken one", async () => {
    const broken = scrape.replace("role: pod", "role: pods");
    expect((await promtool({ "p.yml": broken }, "check", "config", "--syntax-only", "p.yml")).ok).toBe(false);
  });

  test("looks for pods in Mastodon's namespace alone", () => {
    const found = [...scrape.matchAll(/names:\n\s+- (\S+)/g)].map(([, name]) => name);
    expect(found).toEqual(["mastodon", "mastodon", "mastodon", "mastodon"]);
    expect(scrape).not.toMatch(/role: (node|service|endpoints|endpointslice|ingress)\b/);
  });
});

describe("Alertmanager", () => {
  test.each([
    ["with everything", options],
    ["with mail alone", { ...options, slack: [], heartbeat: false }],
  ])("takes the configuration %s", async (_, given) => {
    const answer = await amtool({ "a.yml": alertmanagerConfiguration(given) }, "check-config", "a.yml");
    expect(answer.output).toContain("SUCCESS");
    expect(answer.ok).toBe(true);
  });

  test.each([
    ["the watchdog", options, ["alertname=Watchdog", "severity=none"], "heartbeat"],
    ["the watchdog without a service that listens", { ...options, heartbeat: false }, ["alertname=Watchdog"], "nobody"],
    ["a page", options, ["alertname=WebQueueing", "severity=page"], "operators"],
    ["a ticket", options, ["alertname=WebBusy", "severity=ticket"], "operators"],
    ["an alert without severity", options, ["alertname=Other"], "operators"],
  ])("sends %s to its receiver", async (_, given, labels, receiver) => {
    const files = { "a.yml": alertmanagerConfiguration(given) };
    const args = ["config", "routes", "test", "--config.file=a.yml", `--verify.receivers=${receiver}`, ...labels];
    const answer = await amtool(files, ...args);
    expect(answer.output).toBe(receiver);
    expect(answer.ok).toBe(true);
  });

  test("mails every operator", () => {
    const { receivers } = parse(alertmanagerConfiguration(options));
    expect(receivers[0].email_configs.map(({ to }: { to: string }) => to)).toEqual(options.emails);
  });

  test("reads passwords and addresses from files", () => {
    const text = alertmanagerConfiguration(options);
    expect(text).toContain("smtp_auth_password_file: /etc/alertmanager/mail-password");
    expect(text).toContain("api_url_file: /etc/alertmanager/slack-operators");
    expect(text).toContain("url_file: /etc/alertmanager/heartbeat");
    expect(text).not.toMatch(/password: |api_url: |\burl: /);
  });
});
