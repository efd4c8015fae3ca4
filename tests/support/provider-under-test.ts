// Runs an emulated provider in this process on an account held in memory: check, create, diff, update, read, delete.
import type {
  AccountView,
  Context,
  Created,
  Failure,
  Properties,
  ProviderDefinition,
  ResourceType,
  StoredObject,
} from "../../local/providers/contract.ts";
import { diffResource, type Difference } from "../../local/providers/shared/diff.ts";
import { checkResource } from "../../local/providers/shared/judge.ts";
import { keptOutputs, withDefaults } from "../../local/providers/shared/state.ts";

/** Rows of one or more accounts. */
export type Rows = StoredObject[];

const noSeed = new Uint8Array(32).fill(7);

/** One provider instance. Two of them on the same rows are two accounts in one cloud. */
export class ProviderUnderTest {
  readonly provider: ProviderDefinition;
  readonly rows: Rows;
  readonly #config: Properties;
  readonly #owner: string;

  constructor(provider: ProviderDefinition, config: Properties = {}, rows: Rows = [], owner = "owner") {
    this.provider = provider;
    this.rows = rows;
    this.#config = config;
    this.#owner = owner;
  }

  /** The type whose token ends in `name`, for example `s3/bucket:Bucket`. */
  type(name: string): ResourceType {
    const tokens = this.provider.tokens().filter((known) => known === name || known.endsWith(`:${name}`));
    const found = tokens.length === 1 ? this.provider.resource(tokens[0]!) : undefined;
    if (!found) throw new Error(`${name} names ${tokens.length} types of ${this.provider.package}`);
    return found;
  }

  check(name: string, inputs: Properties): { inputs: Properties; failures: Failure[] } {
    const source = { name: "it", seed: noSeed, oldInputs: {} };
    const { inputs: checked, failures } = checkResource(this.type(name), this.provider.bridge, inputs, source);
    return { inputs: checked, failures };
  }

  /** The properties that Check refuses. */
  refused(name: string, inputs: Properties): string[] {
    return this.check(name, inputs).failures.map(({ property }) => property);
  }

  async create(name: string, inputs: Properties): Promise<Created> {
    const type = this.type(name);
    const context = this.#context(type);
    const checked = this.#accepted(name, inputs);
    type.hooks?.validate?.(context, checked);
    const id = type.hooks?.id?.(context, checked) ?? crypto.randomUUID();
    const state = { ...withDefaults(type.facts, checked), ...type.hooks?.outputs?.(context, id, checked) };
    context.account.put(type.token, id, state);
    try {
      Object.assign(state, await type.hooks?.start?.(context, id, state));
      context.account.put(type.token, id, state);
    } catch (error) {
      context.account.remove(type.token, id);
      throw error;
    }
    return { id, state };
  }

  /** What changes when `created` is given other inputs. */
  diff(name: string, created: Created, inputs: Properties): Difference {
    return diffResource(this.type(name), this.provider.bridge, created.state, this.#accepted(name, inputs));
  }

  update(name: string, created: Created, inputs: Properties): Created {
    const type = this.type(name);
    const context = this.#context(type);
    const checked = this.#accepted(name, inputs);
    const previous = context.account.get(type.token, created.id);
    if (!previous) throw new Error(`${created.id} is gone`);
    type.hooks?.validate?.(context, checked, previous);
    const kept = keptOutputs(type.facts, previous.object, withDefaults(type.facts, checked));
    const state = { ...kept, ...type.hooks?.outputs?.(context, created.id, checked, previous) };
    context.account.put(type.token, created.id, state);
    return { id: created.id, state };
  }

  delete(name: string, id: string): void {
    const type = this.type(name);
    const context = this.#context(type);
    const stored = context.account.get(type.token, id);
    if (!stored) return;
    type.hooks?.guardDelete?.(context, stored);
    type.hooks?.removed?.(context, stored);
    context.account.remove(type.token, id);
  }

  stored(name: string, id: string): Properties | undefined {
    return this.#view().get(this.type(name).token, id)?.object;
  }

  async invoke(name: string, args: Properties): Promise<Properties> {
    const found = Object.entries(this.provider.functions).find(([token]) => token.endsWith(`:${name}`));
    if (!found) throw new Error(`no function ${name}`);
    return await found[1].run(this.#context({ token: "", facts: {} }), args);
  }

  #accepted(name: string, inputs: Properties): Properties {
    const { inputs: checked, failures } = this.check(name, inputs);
    if (failures.length > 0) throw new Error(`${name}: ${JSON.stringify(failures)}`);
    return checked;
  }

  #context(type: ResourceType): Context {
    return {
      account: this.#view(),
      config: this.#config,
      owner: this.#owner,
      home: "/nowhere",
      type: type.token,
      urn: `urn:pulumi:test::mastodon::${type.token}::it`,
      name: "it",
      now: () => new Date().toISOString().replace(/\.\d+Z$/, "Z"),
      log: () => undefined,
    };
  }

  #view(): AccountView {
    const { rows } = this;
    const [provider, owner] = [this.provider.package, this.#owner];
    const place = (type: string, id: string) =>
      rows.findIndex((row) => row.owner === owner && row.type === type && row.id === id);
    return {
      get: (type, id) => rows[place(type, id)],
      list: (type) => rows.filter((row) => row.owner === owner && row.type === type),
      everywhere: (type) => rows.filter((row) => row.type === type),
      put: (type, id, object) => {
        const row = { provider, owner, type, id, object: { ...object }, createdAt: "", updatedAt: "" };
        if (place(type, id) >= 0) rows[place(type, id)] = row;
        else rows.push(row);
      },
      remove: (type, id) => {
        if (place(type, id) >= 0) rows.splice(place(type, id), 1);
      },
      transaction: (work) => work(),
      nextNumber: () => rows.length + 1,
    };
  }
}
