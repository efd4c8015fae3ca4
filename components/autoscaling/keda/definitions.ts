// The kinds that KEDA brings along, as objects that can be registered.
import { z } from "zod";
import data from "./definitions.json" with { type: "json" };

const definitionSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.literal("CustomResourceDefinition"),
  metadata: z.looseObject({ name: z.string() }),
});

/** Custom resource definitions, which come before everything that uses them. */
export const kedaDefinitions = z.array(definitionSchema).parse(data);
