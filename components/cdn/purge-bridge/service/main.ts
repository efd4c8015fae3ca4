// Entry point in the pod: reads the environment, runs until SIGTERM. Node's own modules only, because the image brings no others.
import process from "node:process";
import type { CdnApi } from "./cdn-api.ts";
import { systemClock } from "./clock.ts";
import { cloudFrontApi } from "./cloudfront.ts";
import { digitaloceanApi } from "./digitalocean.ts";
import { startService } from "./service.ts";

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`the environment variable ${name} is missing`);
  return value;
}

function cdnApi(): CdnApi {
  const api = needed("CDN_API");
  const kind = needed("CDN_KIND");
  if (kind === "spaces") return digitaloceanApi({ api, endpointId: needed("CDN_ID"), token: needed("CDN_TOKEN") });
  if (kind !== "cloudfront") throw new Error(`CDN_KIND is ${kind}; allowed: spaces, cloudfront`);
  return cloudFrontApi({
    api,
    distributionId: needed("CDN_ID"),
    accessKeyId: needed("AWS_ACCESS_KEY_ID"),
    secretAccessKey: needed("AWS_SECRET_ACCESS_KEY"),
  });
}

/** One JSON object a line. Nothing secret is ever handed in. */
function log(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), message, ...fields })}\n`);
}

const service = await startService({
  api: cdnApi(),
  clock: systemClock,
  hosts: needed("MEDIA_HOSTS").split(","),
  secret: needed("PURGE_SECRET"),
  journal: needed("JOURNAL"),
  port: Number(needed("PORT")),
  address: process.env["ADDRESS"] ?? "0.0.0.0",
  log,
});
log("ready", { port: service.port });

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    log("ending");
    // Past the pod's time the kubelet ends it without a word, so it says before that what is lost.
    setTimeout(
      () => {
        log("ends with paths that are not purged; they go when their time in the cache is over");
        process.exit(1);
      },
      Number(needed("GRACE_SECONDS")) * 1000,
    );
    void service.stop().then(() => {
      log("ended");
      process.exit(0);
    });
  });
}
