// The environment in which the Pulumi CLI works on the local cloud: a private home, a file backend, no network.
import { join } from "node:path";

/** The passphrase of the local stack's secrets. It protects nothing: the local cloud holds no real secret. */
const passphrase = "local";

/** Variables that point any Pulumi CLI at the local cloud in `home`. */
export function engineEnvironment(home: string): Record<string, string> {
  return {
    MASTODON_LOCAL_HOME: home,
    PULUMI_HOME: join(home, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    // Everything speaks gRPC on this machine only, and Node's gRPC would go through the person's HTTP proxy even for that.
    no_grpc_proxy: "127.0.0.1,localhost",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  };
}
