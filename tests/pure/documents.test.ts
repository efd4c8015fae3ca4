import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { outputsSchema } from "../../src/outputs.ts";
import { projectRoot } from "../stacks.ts";

const read = (path: string): string => readFileSync(resolve(projectRoot, path), "utf8");

describe("documents", () => {
  it("say of each dependency what it is for", () => {
    const manifest = JSON.parse(read("package.json"));
    const names = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
      Object.keys(manifest[kind]),
    );
    const text = read("docs/dependencies.md");
    const missing = names.filter((name) => !name.startsWith("@types/") && !text.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });

  it("explain each output, and no other", () => {
    const explained = [...read("docs/outputs.md").matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(new Set(explained)).toEqual(new Set(Object.keys(outputsSchema.shape)));
  });
});
