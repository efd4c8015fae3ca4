// JSON Schemas made from the zod schemas: for editors of stack files, and for readers of the outputs.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { objectivesPage } from "../components/backups/objectives-page.ts";
import { runbookIndex } from "../components/metrics/runbook-index.ts";
import { accessPage } from "../components/tailnet/table.ts";
import { readStackFile } from "./stack-file.ts";
import { outputsSchema } from "./outputs.ts";
import { settingsSchema } from "./settings-schema.ts";

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** A generated file: its path from the project's root, and its text. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** A secret in a stack file is what `pulumi config set --secret` writes. */
const encrypted = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
} as const;

/** Schema of a whole `Pulumi.<stack>.yaml`, with every setting under `mastodon:`. */
export function stackFileSchema(): JsonSchema {
  const settings = z.toJSONSchema(settingsSchema, {
    io: "input",
    unrepresentable: "any",
    reused: "inline",
    override: ({ jsonSchema }) => {
      if (jsonSchema["secret"] !== true) return;
      delete jsonSchema["secret"];
      Object.assign(jsonSchema, encrypted);
    },
  });
  const properties = Object.entries(settings.properties ?? {}).map(([key, schema]) => [`mastodon:${key}`, schema]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Settings of a Mastodon stack",
    type: "object",
    properties: {
      encryptionsalt: { type: "string" },
      secretsprovider: { type: "string" },
      encryptedkey: { type: "string" },
      config: {
        type: "object",
        properties: { ...Object.fromEntries(properties), "pulumi:disable-default-providers": { const: ["*"] } },
        patternProperties: { "^(?!mastodon:)": {} },
        additionalProperties: false,
        required: ["pulumi:disable-default-providers", ...(settings.required ?? []).map((key) => `mastodon:${key}`)],
      },
    },
    required: ["config"],
    additionalProperties: false,
  };
}

/** Schema of the stack's outputs. */
function stackOutputsSchema(): JsonSchema {
  return { ...z.toJSONSchema(outputsSchema, { reused: "inline" }), title: "Outputs of a Mastodon stack" };
}

function text(schema: JsonSchema): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

const read = (name: string) => readFileSync(resolve(import.meta.dirname, "..", name), "utf8");

/** The objectives of the reference production stack, whose file says nothing that is secret here. */
function productionObjectives(): string {
  const { storage, backups, database } = readStackFile(read("Pulumi.yaml"), read("Pulumi.prod.yaml"));
  const subjects = settingsSchema.pick({ storage: true, backups: true, database: true });
  const settings = subjects.parse({ storage, backups, database });
  const standby = settings.database.postgresql.nodes > 1;
  return objectivesPage({ backups: settings.backups, region: settings.storage.backups.region, standby });
}

/** The files that `npm run generate` writes, and that a test compares with what is committed. */
export function generatedFiles(): GeneratedFile[] {
  return [
    { path: "src/settings.schema.json", text: text(stackFileSchema()) },
    { path: "docs/outputs.schema.json", text: text(stackOutputsSchema()) },
    { path: "docs/runbooks/README.md", text: runbookIndex() },
    { path: "docs/tailnet-access.md", text: accessPage() },
    { path: "docs/recovery-objectives.md", text: productionObjectives() },
  ];
}
