// nginx shows its counters to Prometheus, and only where metrics are on.
import { expect, test } from "vitest";
import { edgeMetricsPort } from "../../components/mastodon/edge/metrics.ts";
import { edgePort, edgeTlsPort } from "../../components/mastodon/edge/tls.ts";
import { nginxConfiguration } from "../../components/mastodon/edge/nginx.ts";
import { exportedBy } from "../../components/metrics/names.ts";
import { edgeOptions } from "../support/edge-under-test.ts";

const build = (metrics: boolean, endsTls = false) => nginxConfiguration(edgeOptions({ metrics, endsTls }));

test.each([false, true])("on a port of its own (TLS at the edge: %s), in Prometheus' format", (endsTls) => {
  const text = build(true, endsTls);
  const block = text.split("  server {\n").find((one) => one.includes(`listen ${edgeMetricsPort};`)) ?? "";
  const [, body = ""] = /return 200 "([^"]*)"/.exec(block) ?? [];
  const lines = body.split("\\n").filter((line) => line !== "");
  for (const line of lines) expect(line).toMatch(/^(# TYPE nginx_\w+ gauge|nginx_\w+ \$connections_\w+)$/);
  const names = lines.filter((line) => !line.startsWith("#")).map((line) => line.split(" ")[0] ?? "");
  expect(new Set(["up", ...names])).toEqual(exportedBy("edge"));
  expect([edgePort, edgeTlsPort]).not.toContain(edgeMetricsPort);
});

test("not at all where metrics are off", () => {
  expect(build(false)).not.toMatch(/connections_active|9113/);
});
