// Starts one provider plugin: serves the protocol on a free local port and prints the port, as the Pulumi engine expects.
import grpc from "@grpc/grpc-js";
import stubs from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { ProviderDefinition } from "../providers/contract.ts";
import { Instance } from "./context.ts";
import { EngineLog } from "./engine-log.ts";
import { handlers } from "./handlers.ts";

/** Loads only the wanted provider: its facts are large, and the plugin must be up in a fraction of a second. */
const providers: Readonly<Record<string, () => Promise<{ provider: ProviderDefinition }>>> = {
  digitalocean: () => import("../providers/digitalocean/index.ts"),
  tailscale: () => import("../providers/tailscale/index.ts"),
  aws: () => import("../providers/aws/index.ts"),
  random: () => import("../providers/random/index.ts"),
  tls: () => import("../providers/tls/index.ts"),
};

/** gRPC's own limit of 4 MiB is too small for large inputs; the engine uses the same 400 MiB. */
const maxMessageBytes = 400 * 1024 * 1024;

async function main([name = "", ...args]: readonly string[]): Promise<void> {
  const load = providers[name];
  if (!load) throw new Error(`no such provider: ${name}; there are ${Object.keys(providers).join(", ")}`);
  const { provider } = await load();
  const engineAddress = args.find((argument) => /^[\w.]+:\d+$/.test(argument));
  const instance = new Instance(provider, new EngineLog(engineAddress));
  const server = new grpc.Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(stubs.ResourceProviderService, handlers(instance));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop(instance));
  if (engineAddress) endWithParent(instance);
}

/** Ends the plugin as soon as nothing is half done: the engine asks for it at its own end, and when the operator cancels. */
async function stop(instance: Instance): Promise<void> {
  await instance.idle();
  instance.account.close();
  process.exit(0);
}

/**
 * An engine that was killed cannot end its plugins: they notice that their parent changed, finish what is under way so that
 * the account stays whole, and go.
 */
function endWithParent(instance: Instance): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    void stop(instance);
  }, 1000);
  watch.unref();
}

await main(process.argv.slice(2));
