import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { recordProgram } from "../../src/dump/record.ts";
import { stackFile, stackNames, withSecrets } from "../stacks.ts";
import { goldenText } from "./golden.ts";

/** `UPDATE_GOLDEN=1 npx vitest run tests/golden` writes the files anew; review the difference like code. */
const update = process.env["UPDATE_GOLDEN"] === "1";

describe("golden registrations", () => {
  it.each(stackNames)("%s registers what was reviewed", async (stack) => {
    const { registrations } = await recordProgram(withSecrets(stackFile(stack)), stack);
    const path = resolve(import.meta.dirname, `${stack}.json`);
    const text = goldenText(registrations);
    if (update) writeFileSync(path, text);
    expect(text.split("\n")).toEqual(readFileSync(path, "utf8").split("\n"));
  });
});
