// Starts a provider plugin by path, as the Pulumi engine does, and talks to it in plain values.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import grpc from "@grpc/grpc-js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import stubs from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { type WireProperties, readProperties, writeProperties } from "../../local/plugin/wire.ts";
import type { Properties } from "../../local/providers/contract.ts";

/** A failure of Check. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

const noSecrets: ReadonlySet<string> = new Set();

/** One running plugin. Call {@link stop} at the end. */
export class PluginClient {
  readonly #process: ChildProcess;
  readonly #client: InstanceType<typeof stubs.ResourceProviderClient>;

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.#client = new stubs.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  /**
   * Starts `pulumi-resource-<name>`; `home` is the local folder that it works in.
   * @param stores Whether real servers stand behind buckets and databases; whoever wants them ends them (`deleteStore`).
   */
  static async start(name: string, home: string, stores: "emulated" | "real" = "emulated"): Promise<PluginClient> {
    const path = resolve(import.meta.dirname, "../../local/plugin", `pulumi-resource-${name}`);
    const child = spawn(path, [], {
      cwd: tmpdir(),
      env: {
        ...process.env,
        MASTODON_LOCAL_HOME: home,
        MASTODON_LOCAL_STORES: stores,
        DIGITALOCEAN_TOKEN: "",
        TAILSCALE_API_KEY: "",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = await new Promise<number>((found, failed) => {
      child.stdout.once("data", (data: Buffer) => found(Number(data.toString())));
      child.once("exit", (code) => failed(new Error(`${path} ended with ${code}`)));
    });
    return new PluginClient(child, port);
  }

  async configure(config: Properties): Promise<void> {
    const request = new messages.ConfigureRequest().setArgs(writeProperties(config, noSecrets)).setAcceptsecrets(true);
    await call<InstanceType<typeof messages.ConfigureResponse>>((done) => this.#client.configure(request, done));
  }

  async check(
    urn: string,
    news: Properties,
    olds?: Properties,
    secrets = noSecrets,
  ): Promise<{ inputs: WireProperties; failures: CheckFailure[] }> {
    const request = new messages.CheckRequest()
      .setUrn(urn)
      .setNews(writeProperties(news, secrets))
      .setRandomseed(new Uint8Array(32));
    if (olds) request.setOlds(writeProperties(olds, noSecrets));
    const answer = await call<InstanceType<typeof messages.CheckResponse>>((done) => this.#client.check(request, done));
    const failures = answer.getFailuresList().map((one) => ({ property: one.getProperty(), reason: one.getReason() }));
    return { inputs: readProperties(answer.getInputs()), failures };
  }

  async checkConfig(news: Properties): Promise<CheckFailure[]> {
    const request = new messages.CheckRequest()
      .setUrn("urn:pulumi:s::p::pulumi:providers:x::x")
      .setNews(writeProperties(news, noSecrets));
    const answer = await call<InstanceType<typeof messages.CheckResponse>>((done) =>
      this.#client.checkConfig(request, done),
    );
    return answer.getFailuresList().map((one) => ({ property: one.getProperty(), reason: one.getReason() }));
  }

  async diff(
    urn: string,
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ some: boolean; replaces: string[]; deleteBeforeReplace: boolean; diffs: string[] }> {
    const request = new messages.DiffRequest()
      .setUrn(urn)
      .setId(id)
      .setOlds(writeProperties(olds, noSecrets))
      .setNews(writeProperties(news, noSecrets));
    const answer = await call<InstanceType<typeof messages.DiffResponse>>((done) => this.#client.diff(request, done));
    return {
      some: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
      diffs: answer.getDiffsList(),
    };
  }

  async create(
    urn: string,
    inputs: Properties,
    options: { preview?: boolean; secrets?: ReadonlySet<string> } = {},
  ): Promise<WireProperties & { id: string }> {
    const request = new messages.CreateRequest()
      .setUrn(urn)
      .setProperties(writeProperties(inputs, options.secrets ?? noSecrets))
      .setPreview(options.preview ?? false);
    const answer = await call<InstanceType<typeof messages.CreateResponse>>((done) =>
      this.#client.create(request, done),
    );
    return { id: answer.getId(), ...readProperties(answer.getProperties()) };
  }

  async update(urn: string, id: string, olds: Properties, news: Properties, preview = false): Promise<WireProperties> {
    const request = new messages.UpdateRequest()
      .setUrn(urn)
      .setId(id)
      .setOlds(writeProperties(olds, noSecrets))
      .setNews(writeProperties(news, noSecrets))
      .setPreview(preview);
    const answer = await call<InstanceType<typeof messages.UpdateResponse>>((done) =>
      this.#client.update(request, done),
    );
    return readProperties(answer.getProperties());
  }

  async read(
    urn: string,
    id: string,
    properties: Properties = {},
    inputs?: Properties,
  ): Promise<{ id: string; state: WireProperties; inputs: WireProperties }> {
    const request = new messages.ReadRequest()
      .setUrn(urn)
      .setId(id)
      .setProperties(writeProperties(properties, noSecrets));
    if (inputs) request.setInputs(writeProperties(inputs, noSecrets));
    const answer = await call<InstanceType<typeof messages.ReadResponse>>((done) => this.#client.read(request, done));
    return {
      id: answer.getId(),
      state: readProperties(answer.getProperties()),
      inputs: readProperties(answer.getInputs()),
    };
  }

  async delete(urn: string, id: string): Promise<void> {
    const request = new messages.DeleteRequest().setUrn(urn).setId(id);
    await call<unknown>((done) => this.#client.delete(request, done));
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const request = new messages.InvokeRequest().setTok(token).setArgs(writeProperties(args, noSecrets));
    const answer = await call<InstanceType<typeof messages.InvokeResponse>>((done) =>
      this.#client.invoke(request, done),
    );
    return readProperties(answer.getReturn()).properties;
  }

  async version(): Promise<string> {
    const answer = await call<{ getVersion(): string }>((done) =>
      this.#client.getPluginInfo(new empties.Empty(), done),
    );
    return answer.getVersion();
  }

  async stop(): Promise<void> {
    this.#client.close();
    const ended = new Promise((done) => this.#process.once("exit", done));
    this.#process.kill("SIGTERM");
    await ended;
  }
}

function call<T>(start: (done: (error: grpc.ServiceError | null, answer: T) => void) => unknown): Promise<T> {
  return new Promise((found, failed) => {
    start((error, answer) => (error ? failed(new Error(error.details)) : found(answer)));
  });
}

/** A URN as the engine writes it. */
export function urnOf(token: string, name: string): string {
  return `urn:pulumi:test::mastodon::${token}::${name}`;
}

/** A temporary local home, and how to remove it. */
export function temporaryHome(): { home: string; remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), "mastodon-local-"));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}
