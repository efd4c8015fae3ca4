import { beforeAll, describe, expect, it } from "vitest";
import { recordProgram, type Recording } from "./record.ts";
import { stackFile, withSecrets } from "../stacks.ts";

describe("the production program", () => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await recordProgram(withSecrets(stackFile("prod")), "prod");
  }, 60_000);
  it("registers", () => {
    for (const r of recording.registrations) console.log(r.type, r.name, r.parents.join(">"), r.provider, r.protect);
    console.log(JSON.stringify(recording.outputs, null, 1));
    console.log(recording.secretOutputs);
    expect(recording.registrations.length).toBeGreaterThan(50);
  });
});
