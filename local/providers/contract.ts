/**
 * What an emulated provider is made of: property facts, resource types, behaviour hooks and errors. Types and two error classes only;
 * the engine that interprets them lives in `shared/`, the gRPC shell in `../plugin/`.
 *
 * A provider package is one folder `local/providers/<package>/` whose `index.ts` exports `provider: ProviderDefinition`.
 */

/** A property value as it travels: plain JSON. Secrets are already unwrapped; an unknown is the string {@link UNKNOWN}. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** A property map of one resource. */
export type Properties = Record<string, Value>;

/** Pulumi's wire marker for "not known during preview". */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The kinds of value that a property may have. `Asset` is a Pulumi asset or archive (an object with a signature key). */
export type ScalarType = "String" | "Int" | "Float" | "Bool" | "Any" | "Asset";

/** What is known of one property. Facts are data: they are read from a JSON file and never contain code. */
export interface PropertyFact {
  /** `Set` is an unordered list. A `List` or `Set` of objects with `maxItems` 1 is a single object on Pulumi's side. */
  readonly type: ScalarType | "List" | "Set" | "Map" | "Object";
  /** What a `List`, `Set` or `Map` holds; `object` means `fields`. Nested lists take a whole fact. Default `String`. */
  readonly elem?: ScalarType | "object" | PropertyFact;
  /** The fields of an `Object`, or of the objects in a list or set. */
  readonly fields?: Readonly<Record<string, PropertyFact>>;
  readonly required?: boolean;
  readonly optional?: boolean;
  /** The cloud fills it in. With `optional` too, leaving it out keeps the old value; alone it is an output and refused as input. */
  readonly computed?: boolean;
  /** A change replaces the resource. */
  readonly forceNew?: boolean;
  /** The output is a secret. */
  readonly sensitive?: boolean;
  /** What the service takes when nothing is given; the older SDK fills scalars in at Check. */
  readonly default?: Value;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly conflictsWith?: readonly string[];
  readonly deprecated?: boolean;
}

/** Facts of one resource type (or of a provider's configuration), by property name as Pulumi spells it. */
export type Facts = Readonly<Record<string, PropertyFact>>;

/** A refused input. `property` is a path such as `nodePool.size` or `rules[0].type`, empty for the resource as a whole. */
export interface Failure {
  readonly property: string;
  /** What is wrong, the value, what is allowed, what to do. */
  readonly reason: string;
}

/**
 * Judges one known value; returns what is wrong with it, or `undefined`. It never sees an unknown, and sees the coerced value.
 * Keys of a `rules` table are paths without indices: `nodePool.size`, `rules.type`.
 */
export type ValueRule = (value: Value) => string | undefined;

/** Judges whether two values mean the same to the cloud; `whole` is the state and the inputs that they come from. */
export type SameValue = (
  old: Value,
  now: Value,
  whole: { readonly olds: Properties; readonly news: Properties },
) => boolean;

/** How a real plugin treats types and removals: `sdkv2` coerces "5" to 5 and keeps removed computed values; `framework` is strict. */
export type Bridge = "sdkv2" | "framework";

/** One stored object of the local cloud. */
export interface StoredObject {
  readonly provider: string;
  readonly owner: string;
  readonly type: string;
  readonly id: string;
  readonly object: Properties;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * The account as one provider instance sees it: only its own owner's objects, except through `everywhere`.
 * `type` may be short (`Vpc`, `random:RandomPassword` is not) only if the provider's helpers expand it; here it is the full token.
 */
export interface AccountView {
  get(type: string, id: string): StoredObject | undefined;
  list(type: string): StoredObject[];
  /** Objects of all owners of this provider: for names that are unique in the whole cloud (bucket names, registries). */
  everywhere(type: string): StoredObject[];
  /** Adds or replaces a row. For side objects that a hook makes; the resource's own row is written by the engine. */
  put(type: string, id: string, object: Properties): void;
  remove(type: string, id: string): void;
  /** Runs in one write transaction (synchronous; other processes wait). */
  transaction<T>(work: () => T): T;
  /** A number that is never given out twice in this account file: for ids that the cloud numbers. */
  nextNumber(series: string): number;
}

/** What a hook may use. */
export interface Context {
  readonly account: AccountView;
  /** The provider's own configuration after CheckConfig and environment variables. */
  readonly config: Properties;
  /** Hash that tells accounts apart. */
  readonly owner: string;
  /** The `.local` folder. */
  readonly home: string;
  readonly type: string;
  readonly urn: string;
  /** The logical name, last part of the URN; for messages. */
  readonly name: string;
  /** RFC 3339 with seconds, UTC. */
  now(): string;
  /** Writes a line to the engine's log (shown with `pulumi up --debug` or as a warning). */
  log(level: "debug" | "info" | "warning", message: string): void;
}

/** What a created object is: its id and every property that Pulumi stores (inputs and outputs). */
export interface Created {
  readonly id: string;
  readonly state: Properties;
}

/**
 * Behaviour of a resource type. All hooks are optional: without any, the object gets a random UUID and echoes its inputs.
 *
 * `validate`, `id` and `outputs` run inside one account transaction and are synchronous, so that two processes cannot both take the
 * last name or quota. `start`, `stop`, `change` and `refresh` are for slow work with something real behind the object.
 */
export interface Hooks {
  /** Refuses what the cloud would refuse: taken names, missing parents, quotas. Throws {@link CloudError}. `previous` on update. */
  validate?(ctx: Context, inputs: Properties, previous?: StoredObject): void;
  /** Gives the new object's id. */
  id?(ctx: Context, inputs: Properties): string;
  /** Gives the computed properties, merged over the inputs. `previous` on update: keep what must not change. */
  outputs?(ctx: Context, id: string, inputs: Properties, previous?: StoredObject): Properties;
  /** Runs after the row was written. Its result is merged into the state. When it throws, the row is removed again. */
  start?(ctx: Context, id: string, state: Properties): Promise<Properties | undefined>;
  /** Runs after an update was written. Its result is merged into the state. */
  change?(ctx: Context, id: string, state: Properties, previous: StoredObject): Promise<Properties | undefined>;
  /** Runs on Read (refresh and import). Its result is merged into the state; `null` says that the object is gone. */
  refresh?(ctx: Context, id: string, state: Properties): Promise<Properties | null | undefined>;
  /** Refuses a delete: something still uses the object. Throws {@link CloudError}. In the delete's transaction. */
  guardDelete?(ctx: Context, stored: StoredObject): void;
  /** Runs before the row is removed: ends what is real behind the object. */
  stop?(ctx: Context, id: string, state: Properties): Promise<void>;
  /** Runs in the transaction that removes the row: removes side objects. */
  removed?(ctx: Context, stored: StoredObject): void;
  /** Turns the id given to `pulumi import` into the stored id. Default: the same. */
  importId?(ctx: Context, id: string): string;
}

/** One emulated resource type. */
export interface ResourceType {
  /** For example `digitalocean:index/vpc:Vpc`. */
  readonly token: string;
  readonly facts: Facts;
  /** Value rules by index-free path. */
  readonly rules?: Readonly<Record<string, ValueRule>>;
  /** Rules over several properties at once; sees inputs with defaults. Unknowns may be among them. */
  readonly check?: (inputs: Properties) => Failure[];
  /** The property that gets a generated name when left out. */
  readonly autoName?: {
    readonly property: string;
    readonly separator?: string;
    readonly maxLength?: number;
    readonly lowercase?: boolean;
  };
  /** Top-level properties whose change needs a new object although no fact says so (a lower Kubernetes version). */
  readonly replaces?: (olds: Properties, news: Properties) => readonly string[];
  /** The property to replace for although no input changed (an auth key that expired). */
  readonly outdated?: (olds: Properties, news: Properties) => string | undefined;
  /** Index-free paths whose differences do not count (the cloud normalises the value). `now` is `null` for a removed one. */
  readonly sameValue?: Readonly<Record<string, SameValue>>;
  /** Default `true` where the name was given by hand and the type has `autoName`: the name must be free before the successor is made. */
  readonly deleteBeforeReplace?: boolean;
  /** `false`: nothing in the account, the state lives with Pulumi only (random, tls). Default `true`. */
  readonly stored?: boolean;
  readonly hooks?: Hooks;
}

/** A function that programs may invoke, for example `digitalocean:index/getSizes:getSizes`. */
export interface InvokeFunction {
  readonly facts?: Facts;
  run(ctx: Omit<Context, "type" | "urn" | "name">, args: Properties): Promise<Properties>;
}

/** One emulated provider package. */
export interface ProviderDefinition {
  /** For example `digitalocean`. */
  readonly package: string;
  /** npm package whose version the plugin reports. */
  readonly npm: string;
  readonly bridge: Bridge;
  /** The provider's configuration: properties, and the environment variables that fill them in, first one found wins. */
  readonly config: { readonly facts: Facts; readonly environment?: Readonly<Record<string, readonly string[]>> };
  /** The text that tells accounts apart; it is hashed before it is stored. */
  credentials(config: Properties): string;
  /** All tokens that {@link resource} knows; for messages and tests. */
  tokens(): readonly string[];
  /** Looks a type up; `undefined` is answered with an error that names it. */
  resource(token: string): ResourceType | undefined;
  readonly functions: Readonly<Record<string, InvokeFunction>>;
}

/** What the cloud answers, with the HTTP status that the real one would use. */
export type CloudErrorKind =
  | "not_found"
  | "conflict"
  | "forbidden"
  | "unprocessable_entity"
  | "precondition_failed"
  | "too_many_requests"
  | "server_error";

/** The local cloud refuses an operation. The message says what is wrong, the value, what is allowed, and what to do. */
export class CloudError extends Error {
  readonly kind: CloudErrorKind;
  readonly property: string | undefined;

  constructor(kind: CloudErrorKind, message: string, property?: string) {
    super(message);
    this.name = "CloudError";
    this.kind = kind;
    this.property = property;
  }
}
