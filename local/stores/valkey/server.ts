// One Valkey or Redis on disk: where the files lie, and the parameters that are remembered between starts.
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../../processes/files.ts";
import { authorityFiles } from "../authority.ts";
import { authorityFolder } from "../record.ts";
import { defaultParameters, type ValkeyParameters } from "./configuration.ts";

export const valkeySettingsSchema = z.strictObject({
  address: z.string(),
  port: z.number(),
  /** Of the user `default`. */
  password: z.string(),
  memoryGib: z.number(),
});
export type ValkeyStore = z.infer<typeof valkeySettingsSchema>;

/** A server under work. */
export interface ValkeyPlace {
  readonly settings: ValkeyStore;
  readonly folder: string;
  readonly home: string;
}

export function filesOf({ folder, home }: Pick<ValkeyPlace, "folder" | "home">) {
  return {
    data: join(folder, "content"),
    configuration: join(folder, "valkey.conf"),
    authority: authorityFiles(authorityFolder(home)).certificate,
    certificate: { certificate: join(folder, "server.crt"), key: join(folder, "server.key") },
  };
}

const parametersSchema: z.ZodType<ValkeyParameters> = z.object({
  evictionPolicy: z.string(),
  persistence: z.enum(["rdb", "off"]),
  timeoutSeconds: z.number(),
  databases: z.number(),
  notifyKeyspaceEvents: z.string(),
});

export function readParameters(folder: string): ValkeyParameters {
  return readJson(join(folder, "parameters.json"), parametersSchema) ?? defaultParameters;
}

export function writeParameters(folder: string, parameters: ValkeyParameters): void {
  writeJson(join(folder, "parameters.json"), parameters);
}
