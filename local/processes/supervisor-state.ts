// What a supervisor writes of itself, for the processes that started it, stop it, or look after what it left behind.
import { z } from "zod";
import { readJson, writeJson } from "./files.ts";

/** Where a supervised folder keeps what all of them have. */
export interface SupervisedPaths {
  readonly folder: string;
  /** Held by the process that starts, stops or deletes what is in the folder; beside it, for the folder comes and goes. */
  readonly lock: string;
  /** The supervisor's own state: phase and process ids. */
  readonly state: string;
  readonly supervisorLog: string;
}

const identitySchema = z.object({ pid: z.number(), started: z.string() });
const stateSchema = z.object({
  phase: z.enum(["starting", "running", "stopping", "stopped", "failed"]),
  message: z.string().optional(),
  supervisor: identitySchema,
  children: z.record(z.string(), identitySchema),
});
export type SupervisorState = z.infer<typeof stateSchema>;

export const readState = (paths: SupervisedPaths) => readJson(paths.state, stateSchema);
export const writeState = (paths: SupervisedPaths, state: SupervisorState) => writeJson(paths.state, state);
