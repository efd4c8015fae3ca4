import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSettings, SettingsError } from "../../src/settings.ts";
import { settingsSchema } from "../../src/settings-schema.ts";
import { stackFile, withSecrets } from "../stacks.ts";

const subjects = Object.keys(settingsSchema.shape);

describe("settings", () => {
  it("of any shape are either accepted or refused with a report, never with another error", () => {
    const anySettings = fc.dictionary(fc.oneof(fc.constantFrom(...subjects), fc.string()), fc.jsonValue(), {
      maxKeys: 8,
    });
    fc.assert(
      fc.property(anySettings, (some) => {
        try {
          parseSettings({ ...withSecrets(stackFile("prod")), ...some });
        } catch (error) {
          expect(error).toBeInstanceOf(SettingsError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("that were refused name the subject in each line", () => {
    fc.assert(
      fc.property(fc.constantFrom(...subjects), fc.integer(), (subject, value) => {
        try {
          parseSettings({ ...withSecrets(stackFile("prod")), [subject]: value });
          expect.unreachable(`${subject} took ${value}`);
        } catch (error) {
          if (!(error instanceof SettingsError)) throw error;
          for (const line of error.message.split("\n").slice(1)) expect(line).toContain(`mastodon:${subject}`);
        }
      }),
    );
  });
});
