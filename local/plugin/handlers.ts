// The Pulumi provider protocol: what the engine asks, answered from the provider's definition and the account.
import type grpc from "@grpc/grpc-js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { checkConfiguration, checkResource } from "../providers/shared/judge.ts";
import { diffResource } from "../providers/shared/diff.ts";
import { checkFailures, diffAnswer, serviceError } from "./answers.ts";
import { type Instance, parseUrn } from "./context.ts";
import { invoke } from "./invoke.ts";
import { createHandler, deleteHandler, readHandler, updateHandler } from "./life.ts";
import { packageVersion } from "./version.ts";
import { readProperties, writeProperties } from "./wire.ts";

type Request<R> = { getUrn?: () => string } & R;

/** All answers of one provider instance. Calls that are missing here are answered with UNIMPLEMENTED by gRPC itself. */
export function handlers(instance: Instance): grpc.UntypedServiceImplementation {
  const { provider } = instance;
  const version = packageVersion(provider.npm);
  /** Makes a gRPC handler of a function; errors name the resource of the request. */
  const unary =
    <Req, Res>(work: (request: Request<Req>) => Res | Promise<Res>): grpc.handleUnaryCall<Request<Req>, Res> =>
    ({ request }, callback) => {
      instance
        .track(() => work(request))
        .then(
          (answer) => callback(null, answer),
          (error: unknown) => callback(serviceError(error, request.getUrn?.())),
        );
    };
  return {
    getPluginInfo: unary(() => new plugins.PluginInfo().setVersion(version)),
    attach: unary(() => new empties.Empty()),
    // Operations under way are short or must not be torn; they finish, and the engine starts no new ones.
    cancel: unary(() => new empties.Empty()),
    getSchema: unary(() =>
      new messages.GetSchemaResponse().setSchema(JSON.stringify({ name: provider.package, version, resources: {} })),
    ),
    checkConfig: unary((request: InstanceType<typeof messages.CheckRequest>) => {
      const { properties, secrets } = readProperties(request.getNews());
      const { version: _, pluginDownloadURL: __, ...config } = properties;
      const { failures } = checkConfiguration(provider.config.facts, config);
      return new messages.CheckResponse()
        .setInputs(writeProperties(properties, secrets))
        .setFailuresList(checkFailures(failures));
    }),
    diffConfig: unary((request: InstanceType<typeof messages.DiffRequest>) => {
      const [olds, news] = [readProperties(request.getOlds()), readProperties(request.getNews())];
      const type = { token: "", facts: provider.config.facts };
      return diffAnswer(diffResource(type, "framework", olds.properties, news.properties));
    }),
    configure: unary((request: InstanceType<typeof messages.ConfigureRequest>) => {
      const { properties } = readProperties(request.getArgs());
      const { version: _, pluginDownloadURL: __, ...config } = properties;
      instance.configure(checkConfiguration(provider.config.facts, config).inputs);
      return new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    check: unary((request: InstanceType<typeof messages.CheckRequest>) => check(instance, request)),
    diff: unary((request: InstanceType<typeof messages.DiffRequest>) => {
      const { type } = instance.subject(request.getUrn());
      const [olds, news] = [readProperties(request.getOlds()), readProperties(request.getNews())];
      const ignored = request.getIgnorechangesList();
      return diffAnswer(diffResource(type, provider.bridge, olds.properties, news.properties, ignored));
    }),
    create: unary((request: InstanceType<typeof messages.CreateRequest>) => createHandler(instance, request)),
    read: unary((request: InstanceType<typeof messages.ReadRequest>) => readHandler(instance, request)),
    update: unary((request: InstanceType<typeof messages.UpdateRequest>) => updateHandler(instance, request)),
    delete: unary(async (request: InstanceType<typeof messages.DeleteRequest>) => {
      await deleteHandler(instance, request);
      return new empties.Empty();
    }),
    invoke: unary((request: InstanceType<typeof messages.InvokeRequest>) => invoke(instance, request)),
  };
}

function check(
  instance: Instance,
  request: InstanceType<typeof messages.CheckRequest>,
): InstanceType<typeof messages.CheckResponse> {
  const urn = request.getUrn();
  const { type } = instance.subject(urn);
  const news = readProperties(request.getNews());
  const { inputs, failures } = checkResource(type, instance.provider.bridge, news.properties, {
    name: parseUrn(urn).name,
    seed: request.getRandomseed_asU8(),
    oldInputs: readProperties(request.getOlds()).properties,
  });
  return new messages.CheckResponse()
    .setInputs(writeProperties(inputs, news.secrets))
    .setFailuresList(checkFailures(failures));
}
