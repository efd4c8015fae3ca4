// What is wrong with a setting, in the form in which all mistakes are reported together.

export interface Problem {
  /** Path of the setting without the project's name, for example `kubernetes.pools.web.max`. */
  readonly path: string;
  /** The refused value; left out where there is none or where it is a secret. */
  readonly value?: unknown;
  /** What is allowed and what to do. Reads on after the path and the value. */
  readonly message: string;
}
