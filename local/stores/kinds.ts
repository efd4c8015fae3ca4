// The kinds of store: what stands behind an emulated object as real servers. Each is a module that is loaded when one is started.
import type { z } from "zod";
import type { ProcessSpec } from "../processes/supervised-process.ts";

/** One process of a store. Its command line must contain the store's folder, which tells ours from strangers. */
export type StoreProcess = Pick<ProcessSpec, "name" | "program" | "args" | "env" | "user"> & {
  readonly stopSignal?: "SIGTERM" | "SIGINT" | "SIGQUIT";
};

/** A store under work: its settings as they were given, its folder, a loopback port for each name. */
export interface StorePlace<Settings> {
  readonly settings: Settings;
  /** Absolute; everything that the store writes. It goes when the store is deleted. */
  readonly folder: string;
  readonly ports: Readonly<Record<string, number>>;
  /** The checkout's local home. */
  readonly home: string;
}

/** What has to be known to run one kind of store. */
export interface StoreKind<Settings> {
  readonly settings: z.ZodType<Settings>;
  /** Names of the loopback ports that it needs. */
  ports(settings: Settings): readonly string[];
  /**
   * Makes or completes the folder and says which processes to run, in this order (they end in the opposite one). Runs in the
   * process that starts the store, before each start, while nothing of the store runs: it may run programs (initdb), and must not lose data.
   * @throws an Error for people where a program cannot be had.
   */
  prepare(place: StorePlace<Settings>, report: (line: string) => void): Promise<readonly StoreProcess[]>;
  /** True as soon as all of the store's processes answer, nothing before; it is asked again and again. */
  answers(place: StorePlace<Settings>): Promise<true | undefined>;
}

/** By name; a store remembers the name of its kind. */
export const kinds = {
  s3: async () => (await import("./s3/kind.ts")).s3,
  postgresql: async () => (await import("./postgresql/kind.ts")).postgresql,
  valkey: async () => (await import("./valkey/kind.ts")).valkey,
};

/** The name of a kind of store. */
export type StoreKindName = keyof typeof kinds;
