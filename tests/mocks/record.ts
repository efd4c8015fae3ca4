// Runs the whole program against mocks and records every registration, as the engine would see it.
import * as pulumi from "@pulumi/pulumi";
import runtimeState from "@pulumi/pulumi/runtime/state.js";
import { program } from "../../src/program.ts";
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
const { withLocalStorage } = runtimeState as unknown as { withLocalStorage<Result>(work: () => Result): Result };

/** Registers the program's resources with these settings. */
export function recordProgram(raw: RawSettings, stack = "test"): Promise<Recording> {
  return withLocalStorage(() => runProgram(raw, stack));
}

async function runProgram(raw: RawSettings, stack: string): Promise<Recording> {
  const seen = new Map<string, { inputs: Record<string, unknown>; provider: string | undefined }>();
  const resources: { resource: pulumi.Resource; type: string; name: string; options: pulumi.CustomResourceOptions }[] =
    [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        seen.set(`${args.type} ${args.name}`, { inputs: args.inputs, provider: args.provider });
        return answerResource(args);
      },
      call: answerCall,
    },
    "mastodon",
    stack,
  );
  pulumi.runtime.setAllConfig(configuration(raw), ["mastodon:secrets"]);
  let returned: Record<string, unknown> = {};
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ resource, type, name, opts }) => {
      resources.push({ resource, type, name, options: opts });
      return undefined;
    });
    returned = await program();
    return returned;
  });
  await pulumi.runtime.disconnect();
  const registrations = await Promise.all(
    resources.map(async ({ resource, type, name, options }): Promise<Recorded> => {
      const urn = await valueOf(resource.urn);
      const { inputs = {}, provider } = seen.get(`${type} ${name}`) ?? {};
      return {
        type,
        name,
        custom: pulumi.CustomResource.isInstance(resource),
        inputs: hideSecrets(inputs),
        parents: parentsIn(urn),
        protect: (resource as unknown as { __protect?: boolean }).__protect ?? false,
        provider: provider === undefined ? undefined : providerName(provider),
        options,
        resource,
      };
    }),
  );
  return { registrations: registrations.toSorted(byTypeAndName), ...(await outputsOf(returned)) };
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

const secretSignature = "4dabf18193072939515e22adb298388d";

/** Secrets travel as marked objects. */
function hideSecrets<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(hideSecrets) as Value;
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value) return "[secret]" as Value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, hideSecrets(field)])) as Value;
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
  const entries = Object.entries(raw).map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value, (_, field) => revealed(field));
    return [`mastodon:${key}`, text];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function revealed(value: unknown): unknown {
  if (!(value instanceof Object) || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, field instanceof Secret ? field.reveal() : field]),
  );
}
