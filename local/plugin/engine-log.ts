// Messages to the Pulumi engine that started the plugin, so that they appear in the operator's output.
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";

type Level = "debug" | "info" | "warning";

/** Sends log lines to the engine; without an engine (a checker started the plugin) they are dropped. */
export class EngineLog {
  readonly #address: string | undefined;
  #client: Promise<EngineClient> | undefined;

  constructor(address: string | undefined) {
    this.#address = address;
  }

  write(level: Level, message: string, urn = ""): void {
    if (this.#address) void this.#send(this.#address, level, message, urn).catch(() => undefined);
  }

  async #send(address: string, level: Level, message: string, urn: string): Promise<void> {
    const { default: messages } = await import("@pulumi/pulumi/proto/engine_pb.js");
    this.#client ??= connect(address);
    const client = await this.#client;
    const { DEBUG, INFO, WARNING } = messages.LogSeverity;
    const severity = { debug: DEBUG, info: INFO, warning: WARNING };
    const request = new messages.LogRequest().setSeverity(severity[level]).setMessage(message).setUrn(urn);
    await new Promise<void>((done) => client.log(request, () => done()));
  }
}

async function connect(address: string): Promise<EngineClient> {
  const [{ default: grpc }, { default: stubs }] = await Promise.all([
    import("@grpc/grpc-js"),
    import("@pulumi/pulumi/proto/engine_grpc_pb.js"),
  ]);
  return new stubs.EngineClient(address, grpc.credentials.createInsecure());
}
