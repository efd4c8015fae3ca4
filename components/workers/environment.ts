// The environment of a worker outside the cluster: Sidekiq's own, with the worker's logins, through the gateway.
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentInputs } from "../mastodon/environment/inputs.ts";
import { sidekiqEnvironment } from "../mastodon/environment/processes.ts";
import { gatewayPorts } from "../tailnet/targets.ts";
import type { WorkerLogin } from "./access.ts";
import { environmentFile } from "./host/files.ts";
import type { WorkerSettings } from "./settings.ts";

/** The login of whoever sends mail. */
const mailLogin: readonly string[] = ["SMTP_LOGIN", "SMTP_PASSWORD"];

/**
 * Secret: the environment file. What a worker does not reach is left out: the replica, the search, the purge service, and the login for mail
 * where it serves no mail.
 */
export function workerEnvironment(
  server: EnvironmentInputs,
  login: WorkerLogin,
  { queues }: Pick<WorkerSettings, "queues">,
): pulumi.Output<string> {
  const { database, valkey, media } = server;
  const { host } = database.pools.sidekiq;
  const { user, password, pool, accessKeyId, secretAccessKey } = login;
  const { plain, secret } = sidekiqEnvironment({
    ...server,
    database: {
      ...database,
      pools: { ...database.pools, sidekiq: { host, port: gatewayPorts.database, name: pool, user, password } },
      replica: undefined,
    },
    valkey: {
      ...valkey,
      url: throughGateway(valkey.url, gatewayPorts.valkey),
      cacheUrl: valkey.cacheUrl === undefined ? undefined : throughGateway(valkey.cacheUrl, gatewayPorts.valkeyCache),
    },
    media: { ...media, accessKeyId, secretAccessKey },
    search: undefined,
    cachePurge: undefined,
  });
  const variables = Object.entries({ ...plain, ...secret }).filter(
    ([name]) => queues.includes("mailers") || !mailLogin.includes(name),
  );
  return pulumi.secret(pulumi.all(Object.fromEntries(variables)).apply(environmentFile));
}

/** The same host name, which the certificate proves; only the port is the gateway's. */
export function throughGateway(url: pulumi.Input<string>, port: number): pulumi.Output<string> {
  return pulumi.output(url).apply((text) => {
    const parsed = new URL(text);
    parsed.port = String(port);
    return parsed.href;
  });
}
