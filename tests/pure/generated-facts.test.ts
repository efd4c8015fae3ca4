// The committed facts of aws, random and tls are what the generator makes of the installed packages.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generateFacts, factsFile } from "../../local/providers/generate-facts.ts";
import { wantedPackages } from "../../local/providers/generate/wanted-types.ts";

interface Fact {
  readonly [word: string]: unknown;
}

function properties(packageName: string, token: string): Readonly<Record<string, Fact>> {
  const facts: { resources: Record<string, { properties: Record<string, Fact> }> } = JSON.parse(
    readFileSync(factsFile(packageName), "utf8"),
  );
  return facts.resources[token]!.properties;
}

describe("generated facts", () => {
  it.each(wantedPackages.map((wanted) => [wanted.name, wanted] as const))(
    "of %s are up to date: else run node local/providers/generate-facts.ts",
    (name, wanted) => {
      expect(generateFacts(wanted)).toBe(readFileSync(factsFile(name), "utf8"));
    },
  );

  it("tell required, optional and computed properties apart", () => {
    const record = properties("aws", "aws:route53/record:Record");
    expect(record["zoneId"]).toEqual({ type: "String", required: true });
    expect(record["ttl"]).toEqual({ type: "Number", optional: true });
    expect(record["fqdn"]).toEqual({ type: "String", computed: true });
    expect(record["allowOverwrite"]).toEqual({ type: "Bool", optional: true, computed: true });
  });

  it("take secrets from the package's own list", () => {
    const key = properties("aws", "aws:iam/accessKey:AccessKey");
    const secret = Object.keys(key).filter((name) => key[name]!["sensitive"]);
    expect(secret).toEqual(["secret", "sesSmtpPasswordV4"]);
  });

  it("follow nested types, and the values of enumerations", () => {
    const bucket = properties("aws", "aws:s3/bucket:Bucket");
    expect(bucket["corsRules"]).toMatchObject({
      type: "List",
      elem: "object",
      fields: { allowedMethods: { type: "List", elem: "String", required: true } },
    });
    expect(bucket["acl"]).toMatchObject({ values: expect.arrayContaining(["private", "public-read"]) });
    expect(bucket["policy"]).toMatchObject({ type: "String", json: true });
    expect(bucket["versioning"]).toMatchObject({ maxItems: 1 });
  });

  it("name their source and its licence", () => {
    for (const { name } of wantedPackages) {
      const { source }: { source: Fact } = JSON.parse(readFileSync(factsFile(name), "utf8"));
      expect(source["package"]).toMatch(new RegExp(`^@pulumi/${name} \\d+\\.\\d+\\.\\d+$`));
      expect(source["licence"]).toBe("Apache-2.0");
    }
  });
});
