// The edge with fakes behind it: web, streaming, the bucket with all versions' files, and an authority's answering pod.
import { edgeLimitsSchema } from "../../components/mastodon/edge/settings.ts";
import type { EdgeOptions } from "../../components/mastodon/edge/options.ts";
import { certificateMaker } from "./certificate-samples.ts";
import { FakeUpstream } from "./fake-upstream.ts";
import { type Certificate, RealNginx } from "./real-nginx.ts";

export const domains = { local: "social.example", web: "web.social.example", streaming: "streaming.social.example" };
export const bucketHost = "social-assets.nyc3.digitaloceanspaces.com";

/** What the edge is made from; this machine stands for the load balancer. */
export function edgeOptions(changes: Partial<EdgeOptions> = {}): EdgeOptions {
  return {
    domains,
    proxies: ["127.0.0.1/32", "10.100.0.0/16"],
    uploadMib: 1,
    limits: edgeLimitsSchema.parse({}),
    adminPages: false,
    assetsHost: bucketHost,
    endsTls: false,
    metrics: true,
    ...changes,
  };
}

export interface EdgeUnderTest {
  readonly nginx: RealNginx;
  readonly web: FakeUpstream;
  readonly streaming: FakeUpstream;
  readonly bucket: FakeUpstream;
  readonly solver: FakeUpstream;
  stop(): Promise<void>;
}

export interface EdgeSetup {
  readonly changes?: Partial<EdgeOptions>;
  /** That the edge has from its beginning, where TLS ends there. */
  readonly certificate?: Certificate;
  /** Host in the bucket's certificate. @default - the right one */
  readonly bucketCertifiedFor?: string;
}

export async function startEdge(program: string, setup: EdgeSetup = {}): Promise<EdgeUnderTest> {
  const { changes, certificate, bucketCertifiedFor = bucketHost } = setup;
  const maker = await certificateMaker();
  const fakes = {
    web: new FakeUpstream(),
    streaming: new FakeUpstream(),
    solver: new FakeUpstream(),
    bucket: new FakeUpstream(await maker.leaf([bucketCertifiedFor])),
  };
  const options = edgeOptions(changes);
  const [web, streaming, solver, bucket] = await Promise.all(
    [fakes.web, fakes.streaming, fakes.solver, fakes.bucket].map((fake) => fake.start()),
  );
  const upstreams = { web, streaming, solver, bucket, authority: maker.root };
  const nginx = await RealNginx.prepare(program, options, upstreams, certificate);
  await nginx.start(options.endsTls);
  return {
    nginx,
    ...fakes,
    async stop() {
      await nginx.stop();
      await Promise.all(Object.values(fakes).map((fake) => fake.stop()));
    },
  };
}
