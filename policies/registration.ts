// A resource registration as rules see it: what the program asked for, before any provider has a say.

/** Property values by name. */
export type Properties = Readonly<Record<string, unknown>>;

export interface Registration {
  /** Type token, for example `digitalocean:index/vpc:Vpc`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** Inputs; values that are not known yet are Outputs, which rules skip. */
  readonly inputs: Properties;
  readonly protect: boolean | undefined;
  /** False for components. */
  readonly custom: boolean;
  /** Whether its parent is a component. */
  readonly hasComponentParent: boolean;
}

export interface PolicyContext {
  /** The setting `protect`. */
  readonly protect: boolean;
  /** Logical names that may be deleted in this run. */
  readonly unprotect: readonly string[];
}

/** One rule. Returns what is wrong with a registration, or nothing. */
export interface Policy {
  readonly name: string;
  readonly check: (registration: Registration, context: PolicyContext) => string | undefined;
}
