// Runs the whole program against mocks and records every registration, as the engine would see it.
import * as pulumi from "@pulumi/pulumi";
import runtimeState from "@pulumi/pulumi/runtime/state.js";
import { program } from "../program.ts";
import { Secret } from "../secret.ts";
import type { RawSettings } from "../stack-file.ts";
import type { MockResourceArgs, MockResourceResult } from "@pulumi/pulumi/runtime/mocks.js";
import { answerCall, answerResource } from "./answers/index.ts";
import { listenForRegistrations, stackType } from "./listen.ts";
import type { Registration, RegistrationOptions } from "./registration.ts";
import { maskedFields } from "./secrets.ts";

/** One registration. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Inputs with `[secret]` for every secret, at the level at which it is one, and `<name>-id` for every generated id. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Types of its parents from the outermost component, without the stack: the middle of its URN. */
  readonly parents: readonly string[];
  readonly protect: boolean;
  /** Logical name of its explicit provider. */
  readonly provider: string | undefined;
  readonly options: RegistrationOptions;
}

export interface Recording {
  readonly registrations: readonly Recorded[];
  /** Everything that the engine was told, the stack itself among it, sorted by type and name. */
  readonly requests: readonly Registration[];
  /** Values of the stack's outputs. */
  readonly outputs: Record<string, unknown>;
  /** Names of the outputs that are secret. */
  readonly secretOutputs: readonly string[];
}

/** The SDK's own separation of two programs in one process; its declarations leave it out. */
const withLocalStorage: unknown = Reflect.get(runtimeState, "withLocalStorage");

/** Registers the program's resources with these settings. */
export async function recordProgram(raw: RawSettings, stack = "test"): Promise<Recording> {
  if (typeof withLocalStorage !== "function") throw new Error("the SDK no longer separates programs");
  let recording: Promise<Recording> | undefined;
  withLocalStorage(() => {
    recording = runProgram(raw, stack);
  });
  if (recording === undefined) throw new Error("the SDK did not run the program");
  return recording;
}

async function runProgram(raw: RawSettings, stack: string): Promise<Recording> {
  const ids = new Map<string, string>();
  const newResource = (asked: MockResourceArgs): MockResourceResult => {
    const answer = answerResource(asked);
    if (answer.id !== undefined && isGenerated(answer.id)) ids.set(answer.id, `${asked.name}-id`);
    return answer;
  };
  await pulumi.runtime.setMocks({ newResource, call: answerCall }, "mastodon", stack, false, "organization");
  const heard = listenForRegistrations();
  pulumi.runtime.setAllConfig(configuration(raw), ["mastodon:secrets"]);
  let returned: Record<string, unknown> = {};
  let failure: unknown;
  await pulumi.runtime.runInPulumiStack(async () => {
    try {
      returned = await program();
    } catch (error) {
      failure = error; // thrown further down: the SDK would report it a second time, as nobody's error
    }
    return returned;
  });
  await pulumi.runtime.disconnect();
  if (failure !== undefined) throw failure;
  const requests = heard().toSorted(byTypeAndName);
  const registrations = requests.filter(({ type }) => type !== stackType).map((one) => recorded(one, ids));
  return { registrations, requests, ...(await outputsOf(returned)) };
}

function recorded(
  { urn, type, name, custom, inputs, provider, options }: Registration,
  ids: ReadonlyMap<string, string>,
): Recorded {
  return {
    type,
    name,
    custom,
    inputs: maskedFields(inputs, (text) => text.replace(generatedIds, (id) => ids.get(id) ?? id)),
    parents: (urn.split("::")[2] ?? "").split("$").slice(0, -1),
    protect: options.protect ?? false,
    provider: provider?.split("::").at(-1),
    options,
  };
}

/** Ids that the clouds make up; golden files say whose they are instead. */
const generatedIds = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}/g;
const isGenerated = (id: string): boolean => id.replace(generatedIds, "") === "";

function byTypeAndName(one: Registration, other: Registration): number {
  const [first, second] = [`${one.type} ${one.name}`, `${other.type} ${other.name}`];
  return first < second ? -1 : first > second ? 1 : 0;
}

async function outputsOf(returned: Record<string, unknown>): Promise<Pick<Recording, "outputs" | "secretOutputs">> {
  const outputs: Record<string, unknown> = {};
  const secretOutputs: string[] = [];
  for (const [name, value] of Object.entries(returned)) {
    const output = pulumi.output(value);
    outputs[name] = await valueOf(output);
    if (await pulumi.isSecret(output)) secretOutputs.push(name);
  }
  return { outputs, secretOutputs };
}

function valueOf<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

/** Settings as Pulumi hands them to a program: JSON texts, secrets decrypted. */
function configuration(raw: RawSettings): Record<string, string> {
  const entries = Object.entries(raw).map(([key, value]): [string, string] => {
    const text = typeof value === "string" ? value : JSON.stringify(value, (_, field: unknown) => revealed(field));
    return [`mastodon:${key}`, text];
  });
  return Object.fromEntries(entries);
}

function revealed(value: unknown): unknown {
  if (!(value instanceof Object) || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, field instanceof Secret ? field.reveal() : field]),
  );
}
