// Create, Read, Update, Delete on the wire: previews answer without the account, secrets are marked, refresh finds drift.
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { Bridge, Properties, ResourceType } from "../providers/contract.ts";
import { diffResource, topLevel } from "../providers/shared/diff.ts";
import {
  inputsFromState,
  keptOutputs,
  previewState,
  refreshedInputs,
  sensitiveProperties,
} from "../providers/shared/state.ts";
import type { Instance } from "./context.ts";
import { create, read, remove, update } from "./operations.ts";
import { readProperties, type WireProperties, writeProperties } from "./wire.ts";

type Message<K extends keyof typeof messages> = (typeof messages)[K] extends new () => infer M ? M : never;

/** Secret is what the cloud calls sensitive, and what came in as a secret. */
function secretsOf(type: ResourceType, ...given: readonly WireProperties[]): Set<string> {
  const secrets = sensitiveProperties(type.facts);
  for (const { secrets: more } of given) for (const key of more) secrets.add(key);
  return secrets;
}

export async function createHandler(
  instance: Instance,
  request: Message<"CreateRequest">,
): Promise<Message<"CreateResponse">> {
  const subject = instance.subject(request.getUrn());
  const inputs = readProperties(request.getProperties());
  const secrets = secretsOf(subject.type, inputs);
  if (request.getPreview()) {
    const state = previewState(subject.type.facts, inputs.properties);
    return new messages.CreateResponse().setProperties(writeProperties(state, secrets));
  }
  const { id, state } = await create(subject, withoutDefaultsKey(inputs.properties));
  return new messages.CreateResponse().setId(id).setProperties(writeProperties(state, secrets));
}

export async function updateHandler(
  instance: Instance,
  request: Message<"UpdateRequest">,
): Promise<Message<"UpdateResponse">> {
  const subject = instance.subject(request.getUrn());
  const [olds, news] = [readProperties(request.getOlds()), readProperties(request.getNews())];
  const secrets = secretsOf(subject.type, news);
  const inputs = withoutDefaultsKey(news.properties);
  const state = request.getPreview()
    ? previewState(subject.type.facts, keptOutputs(subject.type.facts, olds.properties, inputs))
    : await update(subject, request.getId(), olds.properties, inputs);
  return new messages.UpdateResponse().setProperties(writeProperties(state, secrets));
}

export async function readHandler(
  instance: Instance,
  request: Message<"ReadRequest">,
): Promise<Message<"ReadResponse">> {
  const subject = instance.subject(request.getUrn());
  const [known, inputs] = [readProperties(request.getProperties()), readProperties(request.getInputs())];
  const found = await read(subject, request.getId(), known.properties);
  // An empty id says that the object does not exist.
  if (!found) return new messages.ReadResponse();
  const { type } = subject;
  const imported = !request.hasInputs() || Object.keys(inputs.properties).length === 0;
  const news = imported
    ? inputsFromState(type.facts, found.state)
    : driftedInputs(type, instance.provider.bridge, found.state, inputs.properties);
  const secrets = secretsOf(type, known, inputs);
  return new messages.ReadResponse()
    .setId(found.id)
    .setProperties(writeProperties(found.state, secrets))
    .setInputs(writeProperties(news, secretsOf(type, inputs)));
}

/** The old inputs with everything that was changed behind the program's back. */
function driftedInputs(type: ResourceType, bridge: Bridge, state: Properties, inputs: Properties): Properties {
  const { changes } = diffResource(type, bridge, state, inputs);
  return refreshedInputs(type.facts, inputs, state, new Set(changes.map(({ path }) => topLevel(path))));
}

export async function deleteHandler(instance: Instance, request: Message<"DeleteRequest">): Promise<void> {
  await remove(instance.subject(request.getUrn()), request.getId());
}

function withoutDefaultsKey(inputs: Properties): Properties {
  const { __defaults: _, ...rest } = inputs;
  return rest;
}
