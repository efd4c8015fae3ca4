// The definitions that add-ons bring along: the API server drops what a schema does not have, a controller's own report first of all.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { kedaDefinitions } from "../../components/autoscaling/keda/definitions.ts";
import { definitions as certManagerDefinitions } from "../../components/certificates/cert-manager/manifests.ts";

const versionShape = z.looseObject({
  subresources: z.looseObject({ status: z.unknown().optional() }).optional(),
  schema: z.object({ openAPIV3Schema: z.looseObject({ properties: z.record(z.string(), z.unknown()) }) }),
});
const definitionShape = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ versions: z.array(versionShape).min(1) }),
});

const all = [...kedaDefinitions, ...certManagerDefinitions].map((one) => definitionShape.parse(one));

describe("custom resource definitions", () => {
  it("are those of two add-ons", () => expect(all.length).toBeGreaterThan(10));

  it.each(all.map(({ metadata, spec }) => [metadata.name, spec] as const))("%s keeps its status", (_, { versions }) => {
    for (const { subresources, schema } of versions) {
      expect(subresources).toHaveProperty("status");
      expect(schema.openAPIV3Schema.properties).toHaveProperty("status");
    }
  });
});
