// Every shape of the edge's configuration, read by the real nginx: no error and no warning.
import { describe, expect, test } from "vitest";
import type { EdgeOptions } from "../../components/mastodon/edge/options.ts";
import { edgeLimitsSchema } from "../../components/mastodon/edge/settings.ts";
import { certificateMaker } from "../support/certificate-samples.ts";
import { edgeOptions } from "../support/edge-under-test.ts";
import { findNginx, RealNginx } from "../support/real-nginx.ts";

const program = await findNginx();

const one = { local: "social.example", web: "social.example", streaming: "streaming.social.example" };
const long = `${"very-long-name-of-a-host.".repeat(8)}example`;

const variants: Readonly<Record<string, Partial<EdgeOptions>>> = {
  "the production stack": { domains: one, metrics: false },
  "all on one host": { domains: { ...one, streaming: "social.example" } },
  "accounts on another domain": {},
  metrics: { metrics: true },
  "no metrics": { metrics: false },
  "no bucket": { assetsHost: undefined },
  "a former media host": { formerMedia: { from: "old-media.social.example", to: "media.social.example" } },
  "open administration": { adminPages: true },
  "no limits": { limits: edgeLimitsSchema.parse({ enabled: false }) },
  "exempt networks": { limits: edgeLimitsSchema.parse({ exempt: ["192.0.2.0/24", "2001:db8::/32"] }) },
  "limits of one a minute": { limits: edgeLimitsSchema.parse({ search: { perMinute: 1, burst: 1 } }) },
  "further proxies of both kinds": { proxies: ["10.100.0.0/16", "192.0.2.0/24", "2001:db8::/32"] },
  "long host names": { domains: { local: long, web: `w.${long}`, streaming: `s.${long}` } },
};

describe.skipIf(program === undefined)("nginx takes the configuration", () => {
  describe.each([false, true])("with TLS at the edge: %s", (endsTls) => {
    test.each(Object.entries(variants))("%s", async (_, changes) => {
      const nginx = await RealNginx.prepare(program ?? "", edgeOptions({ ...changes, endsTls }));
      if (endsTls) nginx.enable(await (await certificateMaker()).leaf(["social.example"]));
      try {
        expect(await nginx.check()).toBe("");
      } finally {
        await nginx.stop();
      }
    });
  });

  test("and refuses a mistake in it", async () => {
    const nginx = await RealNginx.prepare(program ?? "", edgeOptions({ proxies: ["nowhere"] }));
    try {
      expect(await nginx.check()).toContain("host not found in set_real_ip_from");
    } finally {
      await nginx.stop();
    }
  });
});
