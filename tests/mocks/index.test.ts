import { expect, it } from "vitest";
import * as entry from "../../src/index.ts";
import { program } from "../../src/program.ts";

it("the entry point exports the program as its only and default export, as Pulumi's language host wants it", () => {
  expect({ ...entry }).toEqual({ default: program });
});
