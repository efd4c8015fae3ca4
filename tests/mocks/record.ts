// Runs the whole program against mocks and records every registration, as the engine would see it.
import * as pulumi from "@pulumi/pulumi";
import runtimeState from "@pulumi/pulumi/runtime/state.js";
import { program } from "../../src/program.ts";
import { isRecord } from "../../src/plain.ts";
import { Secret } from "../../src/secret.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { answerCall, answerResource } from "./answers.ts";

/** One registration. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Inputs with `[secret]` for every secret, at the level at which it is one. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Types of its parents from the outermost component, without the stack: the middle of its URN. */
  readonly parents: readonly string[];
  readonly protect: boolean;
  /** Logical name of its explicit provider. */
  readonly provider: string | undefined;
  readonly options: pulumi.CustomResourceOptions;
  readonly resource: pulumi.Resource;
}

export interface Recording {
  readonly registrations: readonly Recorded[];
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
  const providers = new Map<string, string | undefined>();
  const resources: pulumi.ResourceTransformationArgs[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        providers.set(`${args.type} ${args.name}`, args.provider);
        return answerResource(args);
      },
      call: answerCall,
    },
    "mastodon",
    stack,
    false,
    "organization",
  );
  pulumi.runtime.setAllConfig(configuration(raw), ["mastodon:secrets"]);
  let returned: Record<string, unknown> = {};
  let failure: unknown;
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation((registration) => {
      resources.push(registration);
      return undefined;
    });
    try {
      returned = await program();
    } catch (error) {
      failure = error; // thrown further down: the SDK would report it a second time, as nobody's error
    }
    return returned;
  });
  await pulumi.runtime.disconnect();
  if (failure !== undefined) throw failure;
  const registrations = await Promise.all(
    resources.map((registration) => recorded(registration, providers.get(`${registration.type} ${registration.name}`))),
  );
  return { registrations: registrations.toSorted(byTypeAndName), ...(await outputsOf(returned)) };
}

async function recorded(
  { resource, type, name, props, opts }: pulumi.ResourceTransformationArgs,
  provider: string | undefined,
): Promise<Recorded> {
  return {
    type,
    name,
    custom: pulumi.CustomResource.isInstance(resource),
    inputs: await plainFields(props),
    parents: parentsIn(await valueOf(resource.urn)),
    protect: Reflect.get(resource, "__protect") === true,
    provider: provider === undefined ? undefined : providerName(provider),
    options: opts,
    resource,
  };
}

/** The value with `[secret]` in place of each secret. The mocks' own inputs would call a whole object secret for one field. */
async function plain(value: unknown): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) {
    if (await pulumi.isSecret(value)) return "[secret]";
    return plain(await valueOf(value));
  }
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  return isRecord(value) ? plainFields(value) : value;
}

async function plainFields(value: object): Promise<Record<string, unknown>> {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(await Promise.all(fields.map(async ([key, field]) => [key, await plain(await field)])));
}

function byTypeAndName(one: Recorded, other: Recorded): number {
  const [first, second] = [`${one.type} ${one.name}`, `${other.type} ${other.name}`];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** `urn:…::project::mastodon:a:A$x:y:Z::name` → `[mastodon:a:A]`. */
function parentsIn(urn: string): string[] {
  return (urn.split("::")[2] ?? "")
    .split("$")
    .slice(0, -1)
    .filter((type) => type !== "pulumi:pulumi:Stack");
}

/** A provider reference is `urn::id`. */
function providerName(reference: string): string | undefined {
  return reference.split("::").at(-2);
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
