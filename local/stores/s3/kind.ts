// The S3 server of one provider and region as a supervised store.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { versitygwProgram } from "../../../tools/engine.ts";
import { writeJson } from "../../processes/files.ts";
import { ensureAuthority, ensureServerCertificate } from "../authority.ts";
import { authorityFolder } from "../record.ts";
import type { StoreKind } from "../kinds.ts";
import { s3Answers } from "./answers.ts";
import { prepareS3Folder, randomS3Key, s3Command, type S3Key } from "./server.ts";

const settingsSchema = z.strictObject({ region: z.string() });
type S3Settings = z.infer<typeof settingsSchema>;

export const s3: StoreKind<S3Settings> = {
  settings: settingsSchema,
  ports: () => ["s3"],
  async prepare({ settings: { region }, folder, ports, home }, report) {
    const program = await versitygwProgram({ report });
    prepareS3Folder(folder);
    const certificate = await ensureServerCertificate(await ensureAuthority(authorityFolder(home)), folder);
    const server = { folder, port: ports["s3"] ?? 0, region, root: ensureRootKey(folder), certificate };
    return [{ name: "versitygw", ...s3Command(program, server) }];
  },
  answers: ({ ports, home }) => s3Answers(ports["s3"] ?? 0, join(authorityFolder(home), "ca.crt")),
};

const keySchema = z.object({ accessKey: z.string(), secretKey: z.string() });

/** The key with which the local cloud itself works on the server. */
export function readRootKey(folder: string): S3Key {
  return keySchema.parse(JSON.parse(readFileSync(rootKeyFile(folder), "utf8")));
}

function ensureRootKey(folder: string): S3Key {
  if (!existsSync(rootKeyFile(folder))) writeJson(rootKeyFile(folder), randomS3Key());
  return readRootKey(folder);
}

function rootKeyFile(folder: string): string {
  return join(folder, "root-key.json");
}
