// What each optional part changes in the production stack, one file for each part.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { recordProgram } from "../../src/dump/record.ts";
import { stackFile, withSecrets } from "../stacks.ts";
import { differences } from "./differences.ts";
import { options } from "./options.ts";

const update = process.env["UPDATE_GOLDEN"] === "1";
const folder = resolve(import.meta.dirname, "options");

const { registrations: usual } = await recordProgram(withSecrets(stackFile("prod")), "prod");

describe("an optional part changes what was reviewed:", () => {
  it.each(Object.entries(options))("%s", async (name, settings) => {
    const { registrations } = await recordProgram(settings, "prod");
    const lines = differences(usual, registrations);
    const text = lines.join("\n");
    const path = resolve(folder, `${name}.txt`);
    if (update) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, `${text}\n`);
    }
    expect(lines.length).toBeGreaterThan(0);
    expect(text.split("\n")).toEqual(existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : []);
  });

  it("and no file is left of a part that is gone", () => {
    expect(readdirSync(folder).toSorted()).toEqual(
      Object.keys(options)
        .map((name) => `${name}.txt`)
        .toSorted(),
    );
  });
});
